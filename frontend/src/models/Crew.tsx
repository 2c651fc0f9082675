/** The people behind her pictures, and the part of each licence that she gives them. */
import { Button, NativeSelect, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { ModelCrewQuery } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { Empty, NotFound, Ready } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatBasisPoints } from "../shared/dates";
import { locale } from "../shared/language";
import places from "../shared/places.json";
import { notify } from "../shared/notify";
import { useParty } from "../shared/session";
import { NoTwin, TwinChoice } from "./TwinChoice";
import { useModels } from "./texts/screens";
import css from "./models.module.css";

const CrewDocument = graphql(`
  query ModelCrew($id: ID!) {
    node(id: $id) {
      __typename
      ... on Model {
        id
        country
        twins(first: 50) {
          nodes {
            id
            handle
            name
            status
            version
            previewUrls
            contributions {
              id
              twinVersion
              craft
              basisPoints
              status
              contributor { id name }
            }
          }
        }
      }
    }
  }
`);

const InviteDocument = graphql(`
  mutation InviteContributor($input: InviteContributorInput!) {
    inviteContributor(input: $input) {
      __typename
      ... on ContributorInvited { contribution { id } invitation }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

const EndDocument = graphql(`
  mutation EndCrewPart($input: EndContributionInput!) {
    endContribution(input: $input) {
      __typename
      ... on ContributionEnded { contribution { id status } }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

type Model = Extract<NonNullable<ModelCrewQuery["node"]>, { __typename?: "Model" }>;
type Twin = Model["twins"]["nodes"][number];

export function Crew() {
  const t = useModels();
  const party = useParty();
  const [query, retry] = useQuery({ query: CrewDocument, variables: { id: party.id }, requestPolicy: "cache-and-network" });
  const refetch = () => retry({ requestPolicy: "network-only" });
  return (
    <Ready query={query} retry={refetch}>
      {({ node }) =>
        node?.__typename === "Model" ? (
          <Page title={t("crew.title")} lead={t("crew.lead")} narrow>
            <TwinChoice twins={node.twins.nodes} screen="crew" empty={<NoTwin title={t("rates.noTwin")} hint={t("crew.noTwin.hint")} />}>
              {(twin) => <CrewOf key={twin.id} twin={twin} country={node.country} refetch={refetch} />}
            </TwinChoice>
          </Page>
        ) : (
          <NotFound />
        )
      }
    </Ready>
  );
}

function CrewOf({ twin, country, refetch }: { twin: Twin; country: string; refetch: () => void }) {
  const t = useModels();
  const [end, ending] = useAction(EndDocument, "ContributionEnded");
  const crew = twin.contributions.filter((each) => each.status === "INVITED" || each.status === "ACCEPTED");
  async function stop(id: string) {
    const outcome = await end({ input: { contributionId: id } });
    if (outcome.ok) notify.good(t("crew.ended"));
    refetch();
  }
  return (
    <>
      {crew.length === 0 ? (
        <Empty icon="roster" title={t("crew.none")} hint={t("crew.none.hint")} />
      ) : (
        <ul className={css.moves}>
          {crew.map((each) => (
            <li key={each.id}>
              <span><strong>{each.contributor.name}</strong><Text size="sm" c="dimmed">{each.craft}, {formatBasisPoints(each.basisPoints)}</Text><StatusBadge of="contribution" is={each.status} /></span>
              <Button variant="default" loading={ending} onClick={() => void stop(each.id)}>{t("crew.end")}</Button>
            </li>
          ))}
        </ul>
      )}
      <Section title={t("crew.invite")}><Invite twin={twin} country={country} refetch={refetch} /></Section>
    </>
  );
}

function Invite({ twin, country, refetch }: { twin: Twin; country: string; refetch: () => void }) {
  const t = useModels();
  const [letter, setLetter] = useState<string | null>(null);
  const form = useForm({
    initialValues: { name: "", craft: "", percent: "2", country },
    validate: {
      name: (name) => (name.trim() ? null : t("twin.name.needed")),
      craft: (craft) => (craft.trim() ? null : t("crew.craft.needed")),
      percent: (percent) => (/^\d{1,2}([.,]\d{1,2})?$/.test(percent.trim()) && Number(percent.replace(",", ".")) > 0 ? null : t("crew.percent.wrong")),
    },
  });
  const [invite, inviting] = useAction(InviteDocument, "ContributorInvited");
  const names = new Intl.DisplayNames(locale(), { type: "region" });
  const countries = places.countries.map((code) => ({ value: code, label: names.of(code) ?? code })).sort((a, b) => a.label.localeCompare(b.label, locale()));
  const submit = form.onSubmit(async (values) => {
    const basisPoints = Math.round(Number(values.percent.replace(",", ".")) * 100);
    const input = { twinId: twin.id, name: values.name.trim(), craft: values.craft.trim(), country: values.country, basisPoints };
    const outcome = await invite({ input }, { form, field: ([name]) => (name === "basisPoints" ? "percent" : name && name in values ? name : null) });
    if (!outcome.ok) return;
    notify.good(t("crew.invited", { name: values.name }));
    setLetter(outcome.value.invitation ?? null);
    form.reset();
    refetch();
  });
  return (
    <form onSubmit={submit} noValidate className={`${css.card} ${css.plain}`}>
      <Text size="sm" c="dimmed">{t("crew.invite.hint")}</Text>
      <div className={css.pair}>
        <TextInput label={t("crew.name")} autoComplete="off" {...form.getInputProps("name")} />
        <TextInput label={t("crew.craft")} placeholder={t("crew.craft.example")} {...form.getInputProps("craft")} />
      </div>
      <div className={css.pair}>
        <TextInput inputMode="decimal" label={t("crew.percent")} {...form.getInputProps("percent")} />
        <NativeSelect label={t("crew.country")} data={countries} {...form.getInputProps("country")} />
      </div>
      <Button type="submit" loading={inviting}>{t("crew.invite.do")}</Button>
      {letter && <div className={css.note} role="status"><Text size="sm">{t("crew.letter")}</Text><code className={css.code}>{`${location.origin}/join#${letter}`}</code></div>}
    </form>
  );
}
