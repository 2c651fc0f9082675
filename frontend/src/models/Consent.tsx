/** What she allows to be asked at all, in plain words: where, what for, how long, and what may never be changed. */
import { Button, Checkbox, Switch, Text, TextInput, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { Industry, Medium, ModelConsentQuery } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { NotFound, Ready } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { SaveBar } from "../shared/components/SaveBar";
import { TerritoryPicker } from "../shared/components/TerritoryPicker";
import market from "../shared/market.json";
import { notify } from "../shared/notify";
import { useParty } from "../shared/session";
import { useShared, type SharedKey } from "../shared/texts";
import { NextStep } from "./NextStep";
import { NoTwin, TwinChoice } from "./TwinChoice";
import { GROUPS } from "./media";
import { useModels } from "./texts/screens";
import css from "./models.module.css";

const ConsentDocument = graphql(`
  query ModelConsent($id: ID!) {
    node(id: $id) {
      __typename
      ... on Model {
        id
        twins(first: 50) {
          nodes {
            id
            handle
            name
            status
            previewUrls
            consentPolicy {
              version
              media
              forbiddenIndustries
              territories
              maximumDays
              assetApprovalRequired
              trainingAllowed
              restrictions
            }
          }
        }
      }
    }
  }
`);

const SetConsentDocument = graphql(`
  mutation SetConsentPolicy($input: SetConsentPolicyInput!) {
    setConsentPolicy(input: $input) {
      __typename
      ... on TwinUpdated {
        twin {
          id
          consentPolicy {
            version
            media
            forbiddenIndustries
            territories
            maximumDays
            assetApprovalRequired
            trainingAllowed
            restrictions
          }
        }
      }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
    }
  }
`);

type Twin = Extract<NonNullable<ModelConsentQuery["node"]>, { __typename?: "Model" }>["twins"]["nodes"][number];

/** What many models say no to comes first; the rest is behind one tap. */
const SENSITIVE: Industry[] = ["TOBACCO", "ALCOHOL", "GAMBLING", "POLITICS", "ADULT", "UNDERWEAR", "FINANCE", "HEALTH"];
const OTHERS = (market.industries as Industry[]).filter((industry) => !SENSITIVE.includes(industry));
const MOST_DAYS = 3650;

export function Consent() {
  const t = useModels();
  const party = useParty();
  const [query, retry] = useQuery({ query: ConsentDocument, variables: { id: party.id } });
  return (
    <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })} rows={6}>
      {({ node }) =>
        node?.__typename === "Model" ? (
          <Page title={t("consent.title")} lead={t("consent.lead")} narrow>
            <TwinChoice twins={node.twins.nodes} screen="consent" empty={<NoTwin title={t("rates.noTwin")} hint={t("consent.noTwin.hint")} />}>
              {(twin) => <ConsentForm key={twin.id} twin={twin} />}
            </TwinChoice>
          </Page>
        ) : (
          <NotFound />
        )
      }
    </Ready>
  );
}

interface Values {
  media: Medium[];
  forbidden: Industry[];
  territories: string[];
  days: string;
  approval: boolean;
  training: boolean;
  restrictions: string;
}

/** Before she has said anything the form begins with what most say: everything that is shown openly, everywhere, a year at most. */
function valuesOf({ consentPolicy: policy }: Twin): Values {
  const fresh = policy.version === 0;
  return {
    media: fresh ? GROUPS.slice(0, 3).flatMap((group) => group.media) : [...policy.media],
    forbidden: fresh ? ["TOBACCO", "GAMBLING", "POLITICS", "ADULT"] : [...policy.forbiddenIndustries],
    territories: fresh ? ["WORLD"] : [...policy.territories],
    days: String(fresh ? 365 : policy.maximumDays),
    approval: policy.assetApprovalRequired,
    training: policy.trainingAllowed,
    restrictions: policy.restrictions.join("\n"),
  };
}

const FIELDS: Record<string, string> = { media: "media", forbiddenIndustries: "forbidden", territories: "territories", maximumDays: "days", restrictions: "restrictions" };

function ConsentForm({ twin }: { twin: Twin }) {
  const t = useModels();
  const shared = useShared();
  const isFresh = twin.consentPolicy.version === 0;
  const form = useForm<Values>({
    initialValues: valuesOf(twin),
    validate: {
      media: (media) => (media.length ? null : t("consent.media.needed")),
      territories: (places) => (places.length ? null : t("consent.places.needed")),
      days: (days) => (/^\d+$/.test(days.trim()) && Number(days) >= 1 && Number(days) <= MOST_DAYS ? null : t("consent.days.wrong", { most: MOST_DAYS })),
    },
  });
  const [save, saving] = useAction(SetConsentDocument, "TwinUpdated");
  const { values, errors } = form;
  const flip = <T extends string>(list: T[], item: T, on: boolean) => (on ? [...list, item] : list.filter((each) => each !== item));

  const submit = form.onSubmit(async (given) => {
    const input = {
      twinId: twin.id,
      media: given.media,
      forbiddenIndustries: given.forbidden,
      territories: given.territories,
      maximumDays: Number(given.days),
      assetApprovalRequired: given.approval,
      trainingAllowed: given.training,
      restrictions: given.restrictions.split("\n").map((line) => line.trim()).filter(Boolean),
    };
    const outcome = await save({ input }, { form, field: ([name]) => FIELDS[name ?? ""] ?? null });
    if (!outcome.ok) return;
    form.resetDirty(given);
    notify.good(t("consent.saved"), t("consent.saved.hint"));
  });

  const industry = (each: Industry) => (
    <Checkbox key={each} className={css.tick} label={shared(`industry.${each}` as SharedKey)} checked={values.forbidden.includes(each)} onChange={(event) => form.setFieldValue("forbidden", flip(values.forbidden, each, event.currentTarget.checked))} />
  );

  return (
    <form onSubmit={submit} noValidate>
      {isFresh && <p className={css.split}>{t("consent.fresh", { name: twin.name })}</p>}
      <Section title={t("consent.media")}>
        <Text size="sm" c="dimmed" mb="sm">{t("consent.media.hint")}</Text>
        <div className={`${css.card} ${css.plain}`}>
          {GROUPS.map((group) => (
            <fieldset key={group.name} className={css.group}>
              <legend>{t(`rates.group.${group.name}`)}</legend>
              <div className={css.ticks}>
                {group.media.map((medium) => (
                  <Checkbox key={medium} className={css.tick} label={shared(`medium.${medium}` as SharedKey)} checked={values.media.includes(medium)} onChange={(event) => form.setFieldValue("media", flip(values.media, medium, event.currentTarget.checked))} />
                ))}
              </div>
            </fieldset>
          ))}
          {errors.media && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors.media}</Text>}
        </div>
      </Section>
      <Section title={t("consent.never")}>
        <Text size="sm" c="dimmed" mb="sm">{t("consent.never.hint")}</Text>
        <div className={`${css.card} ${css.plain}`}>
          <div className={css.ticks}>{SENSITIVE.map(industry)}</div>
          <details className={css.fold} open={values.forbidden.some((each) => OTHERS.includes(each)) || undefined}>
            <summary>{t("consent.never.others")}</summary>
            <div className={css.ticks}>{OTHERS.map(industry)}</div>
          </details>
        </div>
      </Section>
      <Section title={t("consent.places")}>
        <TerritoryPicker value={values.territories} onChange={(territories) => form.setFieldValue("territories", territories)} />
        {errors.territories && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors.territories}</Text>}
      </Section>
      <Section title={t("consent.limits")}>
        <div className={`${css.card} ${css.plain}`}>
          <TextInput inputMode="numeric" label={t("consent.days")} description={t("consent.days.hint")} {...form.getInputProps("days")} />
          <Switch size="md" className={css.medium} label={t("consent.approval")} description={t("consent.approval.hint")} {...form.getInputProps("approval", { type: "checkbox" })} />
          <Switch size="md" className={css.medium} label={t("consent.training")} description={t("consent.training.hint")} {...form.getInputProps("training", { type: "checkbox" })} />
          <Textarea autosize minRows={3} label={t("consent.restrictions")} description={t("consent.restrictions.hint")} placeholder={t("consent.restrictions.example")} {...form.getInputProps("restrictions")} />
        </div>
      </Section>
      {isFresh && !form.isDirty() && <Button type="submit" fullWidth loading={saving}>{t("consent.save")}</Button>}
      {twin.status === "DRAFT" && !isFresh && !form.isDirty() && <NextStep twin={twin} after="consent" />}
      <SaveBar dirty={form.isDirty()} saving={saving} save={t("consent.save")} onDiscard={() => form.reset()} />
    </form>
  );
}
