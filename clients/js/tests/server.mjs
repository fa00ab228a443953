// A server in place of a deployment.

import { createServer } from "node:http";
import { after } from "node:test";

const servers = [];
after(() => servers.forEach((server) => server.close()));

/** Answers with what is given, one after the other and the last one again, and keeps what was sent. */
export async function answering(...answers) {
  const sent = [];
  const url = await listening(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    const isJson = request.headers["content-type"] === "application/json";
    const body = isJson ? JSON.parse(content.toString()) : content;
    sent.push({ method: request.method, path: request.url, headers: request.headers, body });
    const [status, document, headers] = answers[Math.min(sent.length, answers.length) - 1](body);
    response.writeHead(status, headers).end(typeof document === "string" ? document : JSON.stringify(document));
  });
  return { url, sent };
}

/** Listens on this machine until the tests end, and gives the address. */
export async function listening(handle) {
  const server = createServer(handle);
  servers.push(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return `http://127.0.0.1:${server.address().port}`;
}

export const signs = ({ embed }) => [
  200,
  {
    manifest: Buffer.alloc(embed.store_bytes, 1).toString("base64"),
    manifest_url: "https://manifests.example.com/1.c2pa",
    signing_mode: "edge",
    kms_key_id: "a key",
  },
  { "X-Request-ID": "4c4cbc2b-6a4d-4d4f-8f3b-1f9a3d8a7f10", "Server-Timing": "kms;dur=12.500, total;dur=20" },
];
export const refuses = (status, code, more = {}, headers = {}) => () => [status, { code, message: "no", ...more }, headers];
