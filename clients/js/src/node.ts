// Files on a disk, for Node.
export {};
