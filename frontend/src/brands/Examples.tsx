/** The main job in three tongues, with this brand's industry and country filled in. */
import { useState } from "react";
import type { Industry } from "../gql/graphql";
import { Section } from "../shared/components/Page";
import { CopyButton } from "../shared/components/CopyButton";
import { usualRights } from "./search";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const TONGUES = { curl: "curl", js: "JavaScript", python: "Python" } as const;
type Tongue = keyof typeof TONGUES;

const QUERY = `query Find($rights: RightsInput!, $most: MoneyInput) {
  twins(filter: { availableFor: $rights, maximumPrice: $most }, orderBy: PRICE_ASC, first: 10) {
    totalCount
    nodes { id handle name quote(rights: $rights) { price { amount currency } } }
  }
}`;

function write(tongue: Tongue, url: string, key: string, variables: object): string {
  const spread = JSON.stringify(variables, null, 2);
  if (tongue === "curl") return `curl ${url} \\\n  -H 'Authorization: Bearer ${key}' \\\n  -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify({ query: QUERY.replace(/\s+/g, " "), variables })}'`;
  if (tongue === "js") return `const query = \`${QUERY}\`;\nconst variables = ${spread};\n\nconst answer = await fetch("${url}", {\n  method: "POST",\n  headers: { Authorization: "Bearer ${key}", "Content-Type": "application/json" },\n  body: JSON.stringify({ query, variables }),\n});\nconst { data, errors } = await answer.json();\nconsole.log(errors ?? data.twins.nodes);`;
  return `import json, urllib.request\n\nquery = """${QUERY}"""\nvariables = ${spread}\n\nrequest = urllib.request.Request(\n    "${url}",\n    json.dumps({"query": query, "variables": variables}).encode(),\n    {"Authorization": "Bearer ${key}", "Content-Type": "application/json"},\n)\nprint(json.load(urllib.request.urlopen(request)))`;
}

export function Examples({ apiKey, industry, country }: { apiKey: string | null; industry: Industry; country: string }) {
  const t = useBrands();
  const [tongue, setTongue] = useState<Tongue>("curl");
  const variables = { rights: { ...usualRights(industry, country), media: ["SOCIAL_PAID"] }, most: { amount: "8000.00", currency: "EUR" } };
  const text = write(tongue, `${location.origin}/graphql`, apiKey ?? "YOUR_KEY", variables);
  return (
    <Section title={t("examples.title")} aside={<a className={css.more} href="/graphiql">{t("examples.graphiql")}</a>}>
      <div className={css.panel}>
        <div className={css.segments} role="group" aria-label={t("examples.language")}>
          {(Object.keys(TONGUES) as Tongue[]).map((each) => <button key={each} type="button" aria-pressed={each === tongue} onClick={() => setTongue(each)}>{TONGUES[each]}</button>)}
        </div>
        <pre className={`${css.text} ${css.mono}`} tabIndex={0}><code>{text}</code></pre>
        <div className={css.buttons}><CopyButton value={text} label={t("examples.copy")} /></div>
      </div>
    </Section>
  );
}
