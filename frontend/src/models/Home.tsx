/** What needs the model, before anything else. */
import { Text } from "@mantine/core";
import { Link } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { ModelHomeQuery } from "../gql/graphql";
import { useLive } from "../shared/api/useLive";
import { formatBasisPoints } from "../shared/dates";
import { formatMoney, isNothing } from "../shared/money";
import { Empty, LiveState, NotFound, Ready } from "../shared/components/Feedback";
import { Icon, type IconName } from "../shared/components/Icon";
import { Page, Section } from "../shared/components/Page";
import { Portrait } from "../shared/components/Portrait";
import { StatusBadge } from "../shared/components/StatusBadge";
import { pathOf, useParty, type Party } from "../shared/session";
import { useModels } from "./texts";
import css from "./models.module.css";

const HomeDocument = graphql(`
  query ModelHome($id: ID!) {
    node(id: $id) {
      __typename
      ... on Model {
        id
        name
        handle
        mandate {
          id
          commissionBasisPoints
          agency { id name }
        }
        twins(first: 50) {
          totalCount
          nodes {
            id
            handle
            name
            status
            previewUrls
            consentPolicy { version }
            rateCard { version }
          }
        }
        waiting: bids(status: [PENDING], first: 1) { totalCount }
        proposed: mandates(status: [PROPOSED], first: 1) { totalCount }
        pictures: assets(status: [PENDING], first: 1) { totalCount }
        running: licences(status: [ACTIVE], first: 1) { totalCount }
        payee {
          status
          balances {
            currency
            transferred { amount currency }
          }
        }
      }
    }
  }
`);

const MoneyArrivesDocument = graphql(`
  subscription MoneyArrives($partyId: ID!, $after: String) {
    payoutActivity(partyId: $partyId, after: $after) {
      cursor
      kind
    }
  }
`);

type Model = Extract<NonNullable<ModelHomeQuery["node"]>, { __typename?: "Model" }>;
type Texts = ReturnType<typeof useModels>;

interface Todo {
  key: string;
  icon: IconName;
  title: string;
  hint: string;
  to: string;
}

function todosOf(model: Model, party: Party, t: Texts): Todo[] {
  const found: Todo[] = [];
  const bids = model.waiting.totalCount;
  if (bids > 0) found.push({ key: "bids", icon: "bids", title: t("home.todo.bids", { count: bids }), hint: t("home.todo.bids.hint"), to: pathOf(party, "bids") });
  const pictures = model.pictures.totalCount;
  if (pictures > 0) found.push({ key: "pictures", icon: "catalogue", title: t("home.todo.pictures", { count: pictures }), hint: t("home.todo.pictures.hint"), to: pathOf(party, "pictures") });
  if (model.proposed.totalCount > 0) found.push({ key: "mandates", icon: "mandates", title: t("home.todo.mandates"), hint: t("home.todo.mandates.hint"), to: pathOf(party, "mandates") });
  const payee = model.payee;
  if (payee && payee.status !== "READY") {
    found.push({ key: "payee", icon: "card", title: t(payee.status === "RESTRICTED" ? "home.todo.payee.more" : "home.todo.payee"), hint: t("home.todo.payee.hint"), to: pathOf(party, "earnings") });
  }
  if (model.twins.totalCount === 0) found.push({ key: "twin", icon: "twins", title: t("home.todo.noTwin"), hint: t("home.todo.noTwin.hint"), to: pathOf(party, "twins/new") });
  for (const twin of model.twins.nodes) {
    if (twin.status === "RETIRED") continue;
    if (!twin.rateCard) found.push({ key: `rates-${twin.id}`, icon: "rates", title: t("home.todo.rates", { name: twin.name }), hint: t("home.todo.rates.hint"), to: pathOf(party, `rates/${twin.handle}`) });
    if (twin.consentPolicy.version === 0) found.push({ key: `consent-${twin.id}`, icon: "consent", title: t("home.todo.consent", { name: twin.name }), hint: t("home.todo.consent.hint"), to: pathOf(party, `consent/${twin.handle}`) });
    if (twin.status === "DRAFT" && twin.rateCard && twin.consentPolicy.version > 0) found.push({ key: `list-${twin.id}`, icon: "twins", title: t("home.todo.list", { name: twin.name }), hint: t("home.todo.list.hint"), to: pathOf(party, "twins") });
  }
  return found;
}

export function Home() {
  const party = useParty();
  const [query, retry] = useQuery({ query: HomeDocument, variables: { id: party.id } });
  const refetch = () => retry({ requestPolicy: "network-only" });
  useLive(MoneyArrivesDocument, { partyId: party.id }, { onEvent: refetch, onReturn: refetch });
  return (
    <Ready query={query} retry={refetch}>
      {({ node }) => (node?.__typename === "Model" ? <Loaded model={node} /> : <NotFound />)}
    </Ready>
  );
}

function Loaded({ model }: { model: Model }) {
  const t = useModels();
  const party = useParty();
  const todos = todosOf(model, party, t);
  const { mandate } = model;
  const earned = model.payee?.balances.map((balance) => balance.transferred).filter((money) => !isNothing(money)) ?? [];
  return (
    <Page actions={<LiveState />} title={t("home.title", { name: model.name.split(" ")[0] ?? model.name })} lead={t("home.lead", { count: todos.length })} narrow>
      {todos.length > 0 ? (
        <ul className={css.todos} aria-label={t("home.todo")}>
          {todos.map((todo) => (
            <li key={todo.key}>
              <Link to={todo.to}>
                <span className={css.todoIcon}><Icon name={todo.icon} /></span>
                <span><strong>{todo.title}</strong><small>{todo.hint}</small></span>
                <Icon name="chevron" size={18} />
              </Link>
            </li>
          ))}
        </ul>
      ) : (
        <Empty title={t("home.calm")} hint={t("home.calm.hint")} />
      )}
      <dl className={css.figures}>
        <div><dt>{t("home.earned")}</dt><dd>{earned.length ? earned.map((money) => formatMoney(money)).join(" + ") : t("home.earned.none")}</dd></div>
        <div><dt>{t("home.licences")}</dt><dd>{model.running.totalCount}</dd></div>
      </dl>
      {model.twins.nodes.length > 0 && (
        <Section title={t("home.twins")} aside={<Text size="sm" c="dimmed">{mandate ? t("home.represented", { agency: mandate.agency.name, commission: formatBasisPoints(mandate.commissionBasisPoints) }) : t("home.independent")}</Text>}>
          <ul className={css.twins}>
            {model.twins.nodes.map((twin) => (
              <li key={twin.id}>
                <Link to={pathOf(party, `rates/${twin.handle}`)}>
                  <Portrait twin={{ ...twin, model }} decorative />
                  <span className={css.twinName}>{twin.name}<StatusBadge of="twin" is={twin.status} /></span>
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Page>
  );
}
