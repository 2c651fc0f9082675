/** All that the market knows of her, to take along; and being forgotten, with what must be over first. */
import { useQuery } from "urql";
import { graphql } from "../gql";
import { useAction } from "../shared/api/useAction";
import { NotFound, Ready } from "../shared/components/Feedback";
import { Forgotten, Leaving } from "../shared/components/Leaving";
import { useParty } from "../shared/session";
import { useModels } from "./texts/screens";

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
  const [erase, erasing] = useAction(EraseDocument, "ModelErased");
  async function taken() {
    const outcome = await take({ input: { modelId: party.id } });
    return outcome.ok ? outcome.value.url : null;
  }
  async function erased(signature: string) {
    return (await erase({ input: { modelId: party.id, signature } })).ok;
  }
  return (
    <Leaving t={t} take={taken} taking={taking}>
      <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })} rows={1}>
        {({ node }) => (node?.__typename === "Model" ? <Forgotten t={t} erasure={node.erasure} erase={erased} erasing={erasing} /> : <NotFound />)}
      </Ready>
    </Leaving>
  );
}
