// PostGraphile on a database: one process, or WORKERS of them. SCHEMA=1 prints the schema and ends.
// DATABASE_URL, PORT, POOL, PLANS (auto, force_custom_plan or force_generic_plan).
import cluster from "node:cluster";
import { createServer } from "node:http";
import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import { printSchema } from "graphql";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";

const { DATABASE_URL, PORT, PLANS = "auto", SCHEMA } = process.env;
const max = Number(process.env.POOL ?? 10);
const workers = Number(process.env.WORKERS ?? 1);

const preset = {
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, PostGraphileConnectionFilterPreset],
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [
    makePgService({
      connectionString: DATABASE_URL,
      schemas: ["public"],
      poolConfig: { max, min: max, options: `-c plan_cache_mode=${PLANS} -c jit=off` },
    }),
  ],
  grafserv: { graphiql: false, graphqlPath: "/graphql", watch: false, maxRequestLength: 100_000 },
  grafast: { explain: false },
};

if (cluster.isPrimary && workers > 1) {
  for (let each = 0; each < workers; each += 1) cluster.fork();
} else {
  const pgl = postgraphile(preset);
  if (SCHEMA) {
    const text = printSchema(await pgl.getSchema());
    await new Promise((written) => process.stdout.write(text, written));
    process.exit(0);
  }
  const server = createServer();
  await pgl.createServ(grafserv).addTo(server);
  server.listen(Number(PORT), "127.0.0.1");
}
