/** All that the market knows of her, to take along; and being forgotten, with what must be over first. */
import { Button, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import { useAction } from "../shared/api/useAction";
import { NotFound, Ready } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { Sheet, SheetButtons } from "../shared/components/Sheet";
import { useParty, useSession } from "../shared/session";
import { useShared } from "../shared/texts";
import { useModels } from "./texts/screens";
import css from "./models.module.css";

const ErasureDocument = graphql(`
  query ModelErasure($id: ID!) {
    node(id: $id) {
      __typename
      ... on Model { id erasure { possible remaining } }
    }
  }
`);

const ExportDocument = graphql(`
  mutation ExportModel($input: ExportModelInput!) {
    exportModel(input: $input) {
      __typename
      ... on ModelExported { url expiresAt }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
    }
  }
`);

const EraseDocument = graphql(`
  mutation EraseModel($input: EraseModelInput!) {
    eraseModel(input: $input) {
      __typename
      ... on ModelErased { model { id } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

export function YourData() {
  const t = useModels();
  const party = useParty();
  const [query, retry] = useQuery({ query: ErasureDocument, variables: { id: party.id }, requestPolicy: "cache-and-network" });
  const [take, taking] = useAction(ExportDocument, "ModelExported");
  const [asked, setAsked] = useState(false);
  async function download() {
    const outcome = await take({ input: { modelId: party.id } });
    if (outcome.ok) location.assign(outcome.value.url);
  }
  return (
    <Page title={t("data.title")} lead={t("data.lead")} narrow>
      <Section title={t("data.export")}>
        <div className={`${css.card} ${css.plain}`}>
          <Text size="sm">{t("data.export.hint")}</Text>
          <Button variant="default" loading={taking} onClick={() => void download()}>{t("data.export.do")}</Button>
        </div>
      </Section>
      <Section title={t("data.erase")}>
        <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })} rows={1}>
          {({ node }) =>
            node?.__typename === "Model" ? (
              <div className={css.stop}>
                <Text size="sm">{t("data.erase.hint")}</Text>
                {node.erasure.remaining.length > 0 && (
                  <div>
                    <Text size="sm" fw={600}>{t("data.erase.first")}</Text>
                    <ul className={css.plainList}>{node.erasure.remaining.map((each) => <li key={each}>{each}</li>)}</ul>
                  </div>
                )}
                <Button color="red" variant="outline" disabled={!node.erasure.possible} onClick={() => setAsked(true)}>{t("data.erase.do")}</Button>
              </div>
            ) : (
              <NotFound />
            )
          }
        </Ready>
      </Section>
      {asked && <Erase close={() => setAsked(false)} />}
    </Page>
  );
}

function Erase({ close }: { close: () => void }) {
  const t = useModels();
  const shared = useShared();
  const party = useParty();
  const { restart } = useSession();
  const [name, setName] = useState("");
  const [erase, erasing] = useAction(EraseDocument, "ModelErased");
  const matches = name.trim().toLocaleLowerCase() === party.name.toLocaleLowerCase();
  async function go(event: React.FormEvent) {
    event.preventDefault();
    const outcome = await erase({ input: { modelId: party.id, signature: name.trim() } });
    close();
    if (outcome.ok) restart();
  }
  return (
    <Sheet title={t("data.erase.title")} onClose={close}>
      <form onSubmit={go} noValidate>
        <Text mb="md">{t("data.erase.text")}</Text>
        <TextInput label={t("sign.name", { name: party.name })} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <SheetButtons>
          <Button variant="default" onClick={close}>{shared("cancel")}</Button>
          <Button type="submit" color="red" loading={erasing} disabled={!matches}>{t("data.erase.do")}</Button>
        </SheetButtons>
      </form>
    </Sheet>
  );
}
