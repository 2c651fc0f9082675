/** The exact rights that a search is for, with how many twins have them free, and from what price, while one still picks. */
import { Button, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { Industry } from "../gql/graphql";
import { RightsPicker, type Chosen } from "../shared/components/RightsPicker";
import { formatMoney } from "../shared/money";
import { useParty } from "../shared/session";
import { Drawer } from "./Drawer";
import { filterOf, isWhole, usualRights, type Search } from "./search";
import { useBrands } from "./texts";

const HowManyDocument = graphql(`
  query HowManyTwins($filter: TwinFilter!, $rights: RightsInput!) {
    twins(filter: $filter, orderBy: PRICE_ASC, first: 1) {
      totalCount
      nodes {
        id
        quote(rights: $rights) { price { amount currency } }
      }
    }
  }
`);

interface Props {
  open: boolean;
  search: Search;
  industry: Industry;
  onClose: () => void;
  onPick: (rights: Chosen | null) => void;
}

export function RightsDrawer({ open, search, industry, onClose, onPick }: Props) {
  const t = useBrands();
  const party = useParty();
  const [draft, setDraft] = useState<Chosen>(() => search.rights ?? usualRights(industry, party.country));
  const [settled] = useDebouncedValue(draft, 250);
  const ready = isWhole(draft);
  const [{ data, error, fetching }] = useQuery({ query: HowManyDocument, variables: { filter: filterOf({ ...search, rights: settled }), rights: settled }, pause: !open || !isWhole(settled) });
  const count = ready && !error && !fetching ? data?.twins.totalCount : undefined;
  const cheapest = data?.twins.nodes[0]?.quote?.price;
  return (
    <Drawer
      title={t("rights.title")}
      open={open}
      onClose={onClose}
      foot={
        <>
          <Text size="sm" aria-live="polite" data-testid="how-many">
            {!ready ? t("rights.incomplete") : error ? (error.graphQLErrors[0]?.message ?? t("rights.unknown")) : count === undefined ? t("rights.counting") : cheapest ? t("rights.found", { count, price: formatMoney(cheapest) }) : t("rights.found.none")}
          </Text>
          <div>
            {search.rights && <Button variant="default" onClick={() => onPick(null)}>{t("rights.any")}</Button>}
            <Button disabled={!ready} onClick={() => onPick(draft)}>{t("rights.apply")}</Button>
          </div>
        </>
      }
    >
      <RightsPicker value={draft} onChange={setDraft} />
    </Drawer>
  );
}
