/** What needs the brand, before anything else: what runs out soonest first. */
import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { BrandHomeQuery } from "../gql/graphql";
import { useLive } from "../shared/api/useLive";
import { Empty, LiveState, NotFound, Ready } from "../shared/components/Feedback";
import { Icon, type IconName } from "../shared/components/Icon";
import { Page } from "../shared/components/Page";
import { formatRelative } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { pathOf, useParty, type Party } from "../shared/session";
import { serverNow } from "./clock";
import { useOnCounter } from "./counters";
import { BrandLicenceActivityDocument } from "./Licences";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const HomeDocument = graphql(`
  query BrandHome($id: ID!) {
    node(id: $id) {
      __typename
      ... on Brand {
        id
        name
        canPay
        countered: bids(status: [COUNTERED], first: 20) {
          nodes { id counterAmount { amount currency } expiresAt twin { id name } }
        }
        running: bids(status: [PENDING], first: 50) {
          totalCount
          nodes { id leading listing { id format status closesAt currentPrice { amount currency } } twin { id name } }
        }
        unpaid: licences(status: [AWAITING_PAYMENT], first: 20) {
          nodes { id number twin { id name } payment { id status dueAt amount { amount currency } } }
        }
        active: licences(status: [ACTIVE], first: 20) {
          totalCount
          nodes { id number twin { id name } assets(status: [PENDING, APPROVED, REJECTED], first: 5) { nodes { id title status decidedAt } } }
        }
      }
    }
    takedowns(first: 20) {
      nodes { id dueAt overdue licence { id number brand { id } twin { id name } } }
    }
  }
`);

type Brand = Extract<NonNullable<BrandHomeQuery["node"]>, { __typename?: "Brand" }>;
type Texts = ReturnType<typeof useBrands>;
interface Todo {
  key: string;
  icon: IconName;
  title: string;
  hint: string;
  to: string;
}

const DECIDED_LATELY = 7 * 86_400_000;

function todosOf(brand: Brand, takedowns: BrandHomeQuery["takedowns"]["nodes"], party: Party, t: Texts): Todo[] {
  const soon = (moment: string) => formatRelative(moment, serverNow());
  const down = takedowns.filter((each) => each.licence.brand.id === brand.id).map(({ id, dueAt, overdue, licence }): Todo => ({ key: id, icon: "warning", title: t("home.takedown", { name: licence.twin.name }), hint: t(overdue ? "home.takedown.late" : "home.takedown.hint", { moment: soon(dueAt) }), to: pathOf(party, `licences/${licence.number}`) }));
  const unpaid = brand.unpaid.nodes.filter(({ payment }) => payment.status !== "PROCESSING").map(({ id, number, payment, twin }): Todo => ({ key: id, icon: "card", title: t("home.pay", { price: formatMoney(payment.amount), name: twin.name }), hint: t("home.pay.hint", { moment: soon(payment.dueAt) }), to: pathOf(party, `licences/${number}`) }));
  const outbid = brand.running.nodes.filter(({ listing, leading }) => listing?.format === "OPEN" && listing.status === "OPEN" && leading === false).map(({ id, listing, twin }): Todo => ({ key: id, icon: "listings", title: t("home.outbid", { name: twin.name, price: listing?.currentPrice ? formatMoney(listing.currentPrice) : "" }), hint: t("home.outbid.hint", { moment: soon(listing?.closesAt ?? "") }), to: pathOf(party, `listings/${listing?.id}`) }));
  const countered = brand.countered.nodes.map(({ id, counterAmount, expiresAt, twin }): Todo => ({ key: id, icon: "bids", title: t("home.counter", { name: twin.name, price: counterAmount ? formatMoney(counterAmount) : "" }), hint: expiresAt ? t("home.counter.until", { moment: soon(expiresAt) }) : t("home.counter.hint"), to: pathOf(party, "bids") }));
  const decided = brand.active.nodes.flatMap(({ number, assets }) => assets.nodes.filter((asset) => asset.decidedAt && serverNow() - Date.parse(asset.decidedAt) < DECIDED_LATELY).map((asset): Todo => ({ key: asset.id, icon: "verify", title: t(asset.status === "APPROVED" ? "home.approved" : "home.rejected", { title: asset.title }), hint: t(asset.status === "APPROVED" ? "home.approved.hint" : "home.rejected.hint"), to: pathOf(party, `licences/${number}`) })));
  const card: Todo[] = brand.canPay ? [] : [{ key: "card", icon: "card", title: t("home.card"), hint: t("home.card.hint"), to: pathOf(party, "payment") }];
  return [...down, ...unpaid, ...outbid, ...countered, ...card, ...decided];
}

export function Home() {
  const party = useParty();
  const [query, retry] = useQuery({ query: HomeDocument, variables: { id: party.id } });
  const refetch = () => retry({ requestPolicy: "network-only" });
  useOnCounter(refetch);
  useLive(BrandLicenceActivityDocument, { partyId: party.id }, { onEvent: refetch, onReturn: refetch });
  return (
    <Ready query={query} retry={refetch}>
      {({ node, takedowns }) => (node?.__typename === "Brand" ? <Loaded brand={node} takedowns={takedowns.nodes} /> : <NotFound />)}
    </Ready>
  );
}

function Loaded({ brand, takedowns }: { brand: Brand; takedowns: BrandHomeQuery["takedowns"]["nodes"] }) {
  const t = useBrands();
  const party = useParty();
  const todos = todosOf(brand, takedowns, party, t);
  return (
    <Page title={brand.name} lead={t("home.lead", { count: todos.length })} actions={<LiveState />} narrow>
      {todos.length > 0 ? (
        <ul className={css.cards} aria-label={t("home.todo")}>
          {todos.map((todo) => (
            <li key={todo.key}>
              <Link to={todo.to} className={css.card}><span className={css.todoIcon}><Icon name={todo.icon} /></span><span><strong>{todo.title}</strong><small>{todo.hint}</small></span><Icon name="chevron" size={18} /></Link>
            </li>
          ))}
        </ul>
      ) : (
        <Empty title={t("home.calm")} hint={t("home.calm.hint")} action={<Button component={Link} to={pathOf(party, "catalogue")}>{t("bids.find")}</Button>} />
      )}
      <dl className={css.figures}>
        <div><dt>{t("home.active")}</dt><dd><Link to={pathOf(party, "licences")}>{brand.active.totalCount}</Link></dd></div>
        <div><dt>{t("home.running")}</dt><dd><Link to={pathOf(party, "bids")}>{brand.running.totalCount}</Link></dd></div>
      </dl>
    </Page>
  );
}
