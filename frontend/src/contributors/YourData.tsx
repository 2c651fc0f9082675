/** All that the market knows of one of the crew, to take along; and being forgotten. */
import { useQuery } from "urql";
import { graphql } from "../gql";
import { useAction } from "../shared/api/useAction";
import { NotFound, Ready } from "../shared/components/Feedback";
import { Forgotten, Leaving } from "../shared/components/Leaving";
import { useParty } from "../shared/session";
import { useContributors } from "./texts";

const ErasureDocument = graphql(`
  query ContributorErasure($id: ID!) {
    node(id: $id) {
      __typename
      ... on Contributor { id erasure { possible remaining } }
    }
  }
`);

const ExportDocument = graphql(`
  mutation ExportContributor($input: ExportContributorInput!) {
    exportContributor(input: $input) {
      __typename
      ... on ContributorExported { url expiresAt }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
    }
  }
`);

const EraseDocument = graphql(`
  mutation EraseContributor($input: EraseContributorInput!) {
    eraseContributor(input: $input) {
      __typename
      ... on ContributorErased { contributor { id } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

export function YourData() {
  const t = useContributors();
  const party = useParty();
  const [query, retry] = useQuery({ query: ErasureDocument, variables: { id: party.id }, requestPolicy: "cache-and-network" });
  const [take, taking] = useAction(ExportDocument, "ContributorExported");
  const [erase, erasing] = useAction(EraseDocument, "ContributorErased");
  async function taken() {
    const outcome = await take({ input: { contributorId: party.id } });
    return outcome.ok ? outcome.value.url : null;
  }
  async function erased(signature: string) {
    return (await erase({ input: { contributorId: party.id, signature } })).ok;
  }
  return (
    <Leaving t={t} take={taken} taking={taking}>
      <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })} rows={1}>
        {({ node }) => (node?.__typename === "Contributor" ? <Forgotten t={t} erasure={node.erasure} erase={erased} erasing={erasing} /> : <NotFound />)}
      </Ready>
    </Leaving>
  );
}
