// What a caller says of a file that is signed, and what it gets.
export {};
