const n = 3;
throw new Error("too large: " + n.toString());
