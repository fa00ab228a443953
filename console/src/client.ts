// The JavaScript client, which is served beside the console.

export * from "/console/client/index.js";
