/** One twin: pictures, measures, what the model allows and asks; a price for the exact rights at once, and the offer. */
import { Text } from "@mantine/core";
import { useMemo } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { BrandTwinQuery } from "../gql/graphql";
import { NotFound, Ready } from "../shared/components/Feedback";
import { Icon } from "../shared/components/Icon";
import { Page, Section } from "../shared/components/Page";
import { Portrait } from "../shared/components/Portrait";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatMoment, formatNumber } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { pathOf, useParty } from "../shared/session";
import { useShared, type SharedKey } from "../shared/texts";
import { useBrand } from "./brand";
import { Quote } from "./Quote";
import { useRightsWords } from "./RightsWords";
import { rightsOf, usualRights } from "./search";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const TwinDocument = graphql(`
  query BrandTwin($handle: String!) {
    twin(handle: $handle) {
      id
      handle
      name
      status
      version
      description
      heightCm
      bustCm
      waistCm
      hipsCm
      shoeSizeEu
      hairColour
      eyeColour
      tags
      previewUrls
      model { id handle name country }
      agency { id name }
      consentPolicy { version media forbiddenIndustries territories maximumDays assetApprovalRequired trainingAllowed restrictions }
      rateCard { version currency rates { medium per30Days { amount currency } } industryExclusivityFactor totalExclusivityFactor floor { amount currency } }
      contributions { id craft contributor { id name } }
      listings(status: [SCHEDULED, OPEN], first: 20) {
        nodes { id format status closesAt currentPrice { amount currency } startingPrice { amount currency } rights { media territories industry startsOn endsOn exclusivity } }
      }
    }
  }
`);

export type BrandTwin = NonNullable<BrandTwinQuery["twin"]>;

export function TwinPage() {
  const { twin: handle = "" } = useParams();
  const [query, retry] = useQuery({ query: TwinDocument, variables: { handle } });
  return (
    <Ready query={query} retry={() => retry({ requestPolicy: "network-only" })} rows={6}>
      {({ twin }) => (twin ? <Loaded twin={twin} /> : <NotFound />)}
    </Ready>
  );
}

function Loaded({ twin }: { twin: BrandTwin }) {
  const t = useBrands();
  const party = useParty();
  const brand = useBrand();
  const [params] = useSearchParams();
  const start = useMemo(() => {
    if (!brand) return null;
    const medium = twin.rateCard?.rates[0]?.medium;
    return rightsOf(params) ?? { ...usualRights(brand.industry, party.country), media: medium ? [medium] : [] };
  }, [brand, params, party.country, twin]);
  return (
    <Page title={twin.name} lead={twin.agency ? t("twin.lead.agency", { model: twin.model.name, agency: twin.agency.name }) : t("twin.lead", { model: twin.model.name })}>
      <div className={css.twinPage}>
        <div className={css.twinSide}>
          <div className={css.pictures}>
            <Portrait twin={twin} />
            {twin.previewUrls.slice(1, 5).map((url) => <img key={url} src={url} alt={t("twin.picture", { name: twin.name })} loading="lazy" width={300} height={400} />)}
          </div>
          {twin.description && <p className={css.about}>{twin.description}</p>}
          <Measures twin={twin} />
        </div>
        <div>
          {start && <Quote key={twin.id} twin={twin} start={start} />}
          <Listings twin={twin} />
          <Consent twin={twin} />
          <Rates twin={twin} />
        </div>
      </div>
    </Page>
  );
}

function Measures({ twin }: { twin: BrandTwin }) {
  const t = useBrands();
  const centimetres = (value: number | null | undefined) => (value ? formatNumber(value, { style: "unit", unit: "centimeter" }) : null);
  const rows = [
    [t("range.heightCm"), centimetres(twin.heightCm)],
    [t("range.bustCm"), centimetres(twin.bustCm)],
    [t("range.waistCm"), centimetres(twin.waistCm)],
    [t("range.hipsCm"), centimetres(twin.hipsCm)],
    [t("twin.shoes"), twin.shoeSizeEu ? formatNumber(Number(twin.shoeSizeEu)) : null],
    [t("facet.hairColour"), twin.hairColour],
    [t("facet.eyeColour"), twin.eyeColour],
    [t("facet.tags"), twin.tags.join(", ")],
    [t("twin.crew"), twin.contributions.map((each) => `${each.contributor.name} (${each.craft})`).join(", ")],
  ].filter(([, value]) => value);
  return <dl className={css.facts}>{rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

function Consent({ twin }: { twin: BrandTwin }) {
  const t = useBrands();
  const shared = useShared();
  const words = useRightsWords();
  const policy = twin.consentPolicy;
  const name = twin.model.name.split(" ")[0] ?? twin.model.name;
  const list = (parts: string[]) => parts.join(", ");
  return (
    <Section title={t("consent.title", { name })}>
      <ul className={css.consent}>
        <li data-yes><Icon name="check" size={18} />{t("consent.media", { media: words.media(policy.media) })}</li>
        <li data-yes><Icon name="check" size={18} />{t("consent.places", { places: words.places(policy.territories), count: policy.maximumDays })}</li>
        {policy.forbiddenIndustries.length > 0 && <li><Icon name="warning" size={18} />{t("consent.never", { industries: list(policy.forbiddenIndustries.map((each) => shared(`industry.${each}` as SharedKey))) })}</li>}
        {policy.restrictions.length > 0 && <li><Icon name="warning" size={18} />{t("consent.restrictions", { list: list(policy.restrictions) })}</li>}
        <li data-yes={policy.trainingAllowed || undefined}><Icon name={policy.trainingAllowed ? "check" : "warning"} size={18} />{t(policy.trainingAllowed ? "consent.training" : "consent.noTraining")}</li>
        <li><Icon name="consent" size={18} />{t(policy.assetApprovalRequired ? "consent.approval" : "consent.noApproval", { name })}</li>
      </ul>
    </Section>
  );
}

function Rates({ twin }: { twin: BrandTwin }) {
  const t = useBrands();
  const shared = useShared();
  const card = twin.rateCard;
  if (!card) return null;
  return (
    <Section title={t("rates.title")} aside={<Text size="sm" c="dimmed">{t("rates.aside")}</Text>}>
      <table className={css.table}>
        <tbody>{card.rates.map((rate) => <tr key={rate.medium}><th scope="row">{shared(`medium.${rate.medium}` as SharedKey)}</th><td>{formatMoney(rate.per30Days)}</td></tr>)}</tbody>
      </table>
      <Text size="sm" c="dimmed" mt="sm">{t("rates.factors", { industry: formatNumber(Number(card.industryExclusivityFactor)), total: formatNumber(Number(card.totalExclusivityFactor)), floor: formatMoney(card.floor) })}</Text>
    </Section>
  );
}

function Listings({ twin }: { twin: BrandTwin }) {
  const t = useBrands();
  const party = useParty();
  const words = useRightsWords();
  if (!twin.listings.nodes.length) return null;
  return (
    <Section title={t("twin.listings")}>
      <ul className={css.cards}>
        {twin.listings.nodes.map((listing) => (
          <li key={listing.id}>
            <Link to={pathOf(party, `listings/${listing.id}`)} className={css.card}>
              <span><strong>{words.line(listing.rights)}</strong><small>{t(`format.${listing.format}`)} · {t("listing.closes", { moment: formatMoment(listing.closesAt) })}</small></span>
              <span className={css.cardEnd}><b>{formatMoney(listing.currentPrice ?? listing.startingPrice)}</b><StatusBadge of="listing" is={listing.status} /></span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}
