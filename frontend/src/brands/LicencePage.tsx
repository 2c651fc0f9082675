/** One licence: what may be done with it, its payment, the proof of it, what was made under it, what must come down. */
import { Text } from "@mantine/core";
import { Link, useParams } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { BrandLicenceQuery } from "../gql/graphql";
import { useLive } from "../shared/api/useLive";
import { LiveState, NotFound, Ready } from "../shared/components/Feedback";
import { Icon } from "../shared/components/Icon";
import { Page, Section } from "../shared/components/Page";
import { Portrait } from "../shared/components/Portrait";
import { StatusBadge } from "../shared/components/StatusBadge";
import { RightsSummary } from "../shared/components/RightsSummary";
import { formatBasisPoints, formatDay, formatMoment } from "../shared/dates";
import { pathOf, useParty } from "../shared/session";
import { Assets } from "./Assets";
import { BrandLicenceActivityDocument } from "./Licences";
import { Payment } from "./Payment";
import { Proof } from "./Proof";
import { TakedownTask } from "./TakedownTask";
import { useBrands } from "./texts";
import auction from "./auction.module.css";
import css from "./brands.module.css";

const LicenceDocument = graphql(`
  query BrandLicence($number: String!) {
    licence(number: $number) {
      id
      number
      status
      createdAt
      twinVersion
      price { amount currency }
      certificate
      html: documentUrl(format: HTML)
      pdf: documentUrl(format: PDF)
      rights { media territories industry startsOn endsOn exclusivity }
      twin { id handle name previewUrls model { id handle name } consentPolicy { version assetApprovalRequired restrictions trainingAllowed } }
      consent { signedBy signedAt document { text digest } }
      contributions { craft basisPoints contributor { id name } }
      takedown { id reason openedAt dueAt overdue liftedAt doneAt note urls }
      payment { id status amount { amount currency } refunded { amount currency } dueAt nextActionUrl failureMessage createdAt }
      assets(first: 50) {
        totalCount
        nodes {
          id
          title
          medium
          status
          url
          signedUrl
          signing
          signingNote
          sha256
          making
          note
          decidedBy
          decidedAt
          decideBy
          submittedAt
          disclosures { territory label rule digitalSourceType }
        }
      }
    }
  }
`);

export type BrandLicence = NonNullable<BrandLicenceQuery["licence"]>;

export function LicencePage() {
  const { number = "" } = useParams();
  const party = useParty();
  const [query, retry] = useQuery({ query: LicenceDocument, variables: { number } });
  const refetch = () => retry({ requestPolicy: "network-only" });
  useLive(BrandLicenceActivityDocument, { partyId: party.id }, { onEvent: (event) => event.licence.number === number && refetch(), onReturn: refetch });
  return (
    <Ready query={query} retry={refetch} rows={5}>
      {({ licence }) => (licence ? <Loaded licence={licence} refetch={refetch} /> : <NotFound />)}
    </Ready>
  );
}

function Loaded({ licence, refetch }: { licence: BrandLicence; refetch: () => void }) {
  const t = useBrands();
  const party = useParty();
  const { twin, takedown } = licence;
  return (
    <Page title={licence.number} lead={t("licence.lead", { twin: twin.name, model: twin.model.name })} actions={<><StatusBadge of="licence" is={licence.status} /><LiveState /></>}>
      <div className={css.licence}>
        <div>
          <p className={css.verdict} data-tone={licence.status === "ACTIVE" ? "good" : licence.status === "AWAITING_PAYMENT" ? "wait" : "bad"} role="status">
            <Icon name={licence.status === "ACTIVE" ? "check" : "warning"} />
            <span>{t(`licence.may.${licence.status}`, { from: formatDay(licence.rights.startsOn), until: formatDay(licence.rights.endsOn), due: formatMoment(licence.payment.dueAt) })}</span>
          </p>
          {takedown && !takedown.liftedAt && <TakedownTask takedown={takedown} onDone={refetch} />}
          <Payment licence={licence} onChanged={refetch} />
          <Proof licence={licence} />
          <Assets licence={licence} onChanged={refetch} />
        </div>
        <aside>
          <Link to={pathOf(party, `twins/${twin.handle}`)} className={auction.twinCard}><Portrait twin={twin} decorative size={84} /><span><strong>{twin.name}</strong><small>{twin.model.name}</small></span></Link>
          <Section title={t("licence.rights")}><RightsSummary rights={licence.rights} /></Section>
          <Section title={t("licence.duties")}>
            <ul className={auction.rules}>
              <li>{t(twin.consentPolicy.assetApprovalRequired ? "licence.duty.approval" : "licence.duty.noApproval", { name: twin.model.name.split(" ")[0] ?? twin.model.name })}</li>
              <li>{t("licence.duty.disclose")}</li>
              <li>{t(twin.consentPolicy.trainingAllowed ? "consent.training" : "consent.noTraining")}</li>
              {twin.consentPolicy.restrictions.length > 0 && <li>{t("consent.restrictions", { list: twin.consentPolicy.restrictions.join(" ") })}</li>}
            </ul>
          </Section>
          {licence.contributions.length > 0 && <Section title={t("licence.crew")}><ul className={auction.rules}>{licence.contributions.map((each) => <li key={each.contributor.id + each.craft}>{each.contributor.name}, {each.craft} ({formatBasisPoints(each.basisPoints)})</li>)}</ul></Section>}
          <Section title={t("licence.consent")}>
            <Text size="sm" c="dimmed">{t("licence.signed", { name: licence.consent.signedBy, moment: formatMoment(licence.consent.signedAt) })}</Text>
            <details className={css.lines}><summary>{t("licence.consent.read")}</summary><pre className={css.text} tabIndex={0}>{licence.consent.document.text}</pre></details>
          </Section>
        </aside>
      </div>
    </Page>
  );
}
