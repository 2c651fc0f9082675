// Sends the lines of a file over some connections for some seconds; says how it went as one line of JSON.
// Standard input: { url, file, connections, seconds, good }. Each line of the file is [headers, body]; an answer is good if it holds `good`.
import autocannon from "autocannon";
import { readFileSync } from "node:fs";

const { url, file, connections, seconds, good } = JSON.parse(readFileSync(0, "utf8"));
const json = { "content-type": "application/json", accept: "application/json" };
const lines = readFileSync(file, "utf8").trimEnd().split("\n").map((line) => {
  const [headers, body] = JSON.parse(line);
  return { headers: { ...json, ...headers }, body };
});
const took = [];
let next = 0;
let accepted = 0;

const run = autocannon({
  url,
  connections,
  duration: seconds,
  method: "POST",
  requests: [
    {
      setupRequest: (request) => Object.assign(request, lines[next++ % lines.length]),
      onResponse: (status, body) => {
        if (status === 200 && body.includes(good)) accepted += 1;
      },
    },
  ],
});
run.on("response", (client, status, bytes, milliseconds) => took.push(milliseconds));
const result = await run;
took.sort((one, other) => one - other);
const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
const used = process.cpuUsage();
console.log(
  JSON.stringify({
    requests: took.length,
    good: accepted,
    failed: result.errors + result.timeouts + result.non2xx,
    seconds: result.duration,
    p50: at(0.5),
    p99: at(0.99),
    cpu: (used.user + used.system) / 1e6,
  }),
);
