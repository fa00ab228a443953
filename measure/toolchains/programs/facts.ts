// Prints an argument, a line of standard input and a variable, and exits with 3.
const bytes = new ArrayBuffer(64);
const line = String.UTF8.decode(bytes.slice(0, process.stdin.read(bytes))).trimEnd();
if (Date.now() < 1700000000000 || Math.random() < 0) process.exit(2);
console.log(process.argv[1] + " " + line + " " + process.env.get("WORD"));
process.exit(3);
