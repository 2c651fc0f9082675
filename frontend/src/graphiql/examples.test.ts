import { buildSchema, getNamedType, isInputObjectType, parse, validate } from "graphql";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EXAMPLES } from "./examples";

const schema = buildSchema(readFileSync(new URL("../../../schema/schema.graphql", import.meta.url), "utf8"));

test.each(EXAMPLES.map((example) => [/(?:query|mutation|subscription) (\w+)/.exec(example.query)![1], example] as const))("the example %s is one that the API understands", (_, { query, variables }) => {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const asked = document.definitions.flatMap((each) => (each.kind === "OperationDefinition" ? (each.variableDefinitions ?? []) : []));
  expect(asked.map((each) => each.variable.name.value)).toEqual(expect.arrayContaining(Object.keys(variables)));
  const given = (variables as { input?: object }).input;
  if (!given) return;
  const type = schema.getMutationType()!.getFields()[/^ {2}(\w+)\(input/m.exec(query)![1]!]!.args[0]!.type;
  const input = getNamedType(type);
  if (!isInputObjectType(input)) throw new Error(`${input.name} is no input`);
  expect(Object.keys(input.getFields())).toEqual(expect.arrayContaining(Object.keys(given)));
});
