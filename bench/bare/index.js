/**
 * What the platform takes: a Worker that does for each request what the edge has done for it, and looks at none of it.
 *
 * It reads the head and the body, sends commercetools the edge's request with the edge's deadline, reads the answer,
 * writes a line to the log, and answers with the edge's headers and body. In scope: these steps, from the recorded `PLAN`
 * (see `record.mjs`). Out of scope: everything the edge decides.
 */
const DEADLINE_MS = 2500;
const READ = ["origin", "content-type", "if-none-match", "authorization", "cf-connecting-ip", "x-correlation-id"];

export default {
  async fetch(request, { PLAN }) {
    for (const name of READ) request.headers.get(name);
    await request.arrayBuffer();
    const { asked, answer } = PLAN[new URL(request.url).searchParams.get("lines")];
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), DEADLINE_MS);
    const { url, headers, body } = asked;
    const got = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal: deadline.signal });
    await got.arrayBuffer();
    clearTimeout(timer);
    const facts = { endpoint: "identify", status: got.status, duration_ms: 3, correlation_id: answer.headers["x-correlation-id"] };
    console.log(JSON.stringify({ level: "info", message: "Request answered.", ...facts }));
    answer.bytes ??= new TextEncoder().encode(answer.body);
    return new Response(answer.bytes.slice(), { status: answer.status, headers: answer.headers });
  },
};
