/** What brands made with her twin and want to publish: one picture at a time, beside the terms it must keep to. Swipe or press. */
import { Button, Text, Textarea } from "@mantine/core";
import { useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { ModelPicturesQuery } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { AssetPicture, Signing, useAssetPicture } from "../shared/components/AssetPicture";
import { useLabels } from "../shared/components/disclosures";
import { Empty, NotFound, Ready } from "../shared/components/Feedback";
import { Page, Section } from "../shared/components/Page";
import { RightsSummary } from "../shared/components/RightsSummary";
import { StatusBadge } from "../shared/components/StatusBadge";
import { formatMoment, formatRelative } from "../shared/dates";
import { notify } from "../shared/notify";
import { pathOf, useParty } from "../shared/session";
import { useShared, type SharedKey } from "../shared/texts";
import { useModels } from "./texts/screens";
import css from "./models.module.css";

graphql(`
  fragment PictureFields on Asset {
    id
    title
    medium
    url
    sha256
    making
    recognisable
    status
    decidedBy
    decidedAt
    note
    decideBy
    submittedAt
    signing
    signingNote
    disclosures { territory label rule }
    licence {
      id
      number
      brand { id name }
      twin { id name handle }
      rights { media territories industry startsOn endsOn exclusivity }
    }
  }
`);

const PicturesDocument = graphql(`
  query ModelPictures($id: ID!) {
    node(id: $id) {
      __typename
      ... on Model {
        id
        waiting: assets(status: [PENDING], first: 20) { totalCount nodes { ...PictureFields } }
        decided: assets(status: [APPROVED, REJECTED], first: 20) {
          totalCount
          nodes { id title status decidedAt licence { id brand { id name } } }
        }
      }
    }
  }
`);

const PictureDocument = graphql(`
  query ModelPicture($id: ID!) {
    node(id: $id) {
      __typename
      ... on Asset { ...PictureFields }
    }
  }
`);

const DecideDocument = graphql(`
  mutation DecideAsset($input: DecideAssetInput!) {
    decideAsset(input: $input) {
      __typename
      ... on AssetDecided { asset { id status decidedBy decidedAt note } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

type Model = Extract<NonNullable<ModelPicturesQuery["node"]>, { __typename?: "Model" }>;

export function Pictures() {
  const party = useParty();
  const [query, retry] = useQuery({ query: PicturesDocument, variables: { id: party.id }, requestPolicy: "cache-and-network" });
  const refetch = () => retry({ requestPolicy: "network-only" });
  return (
    <Ready query={query} retry={refetch}>
      {({ node }) => (node?.__typename === "Model" ? <Loaded model={node} refetch={refetch} /> : <NotFound />)}
    </Ready>
  );
}

function Loaded({ model, refetch }: { model: Model; refetch: () => void }) {
  const t = useModels();
  const party = useParty();
  const [first] = model.waiting.nodes;
  return (
    <Page title={t("pictures.title")} lead={t("pictures.lead", { count: model.waiting.totalCount })} narrow>
      {first ? <Decide key={first.id} picture={first} after={refetch} /> : <Empty icon="check" title={t("pictures.none")} hint={t("pictures.none.hint")} />}
      {model.decided.nodes.length > 0 && (
        <Section title={t("pictures.decided")}>
          <ul className={css.plainList}>
            {model.decided.nodes.map((asset) => (
              <li key={asset.id}>
                <Link to={pathOf(party, `pictures/${encodeURIComponent(asset.id)}`)}>{asset.title}, {asset.licence.brand.name}</Link> <StatusBadge of="asset" is={asset.status} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Page>
  );
}

export function PictureDetail() {
  const { asset: id = "" } = useParams();
  const [query, retry] = useQuery({ query: PictureDocument, variables: { id }, requestPolicy: "cache-and-network" });
  const refetch = () => retry({ requestPolicy: "network-only" });
  return (
    <Ready query={query} retry={refetch} rows={6}>
      {({ node }) =>
        node?.__typename === "Asset" ? (
          <Page title={node.title} lead={<StatusBadge of="asset" is={node.status} />} narrow>
            <Decide picture={node} after={refetch} />
          </Page>
        ) : (
          <NotFound />
        )
      }
    </Ready>
  );
}

type Picture = Model["waiting"]["nodes"][number];
const FAR = 96;

/** A swipe to the right approves, one to the left asks why not; the buttons do the same. */
function useSwipe(onRight: () => void, onLeft: () => void) {
  const start = useRef<{ x: number; y: number } | null>(null);
  const [shift, setShift] = useState(0);
  return {
    shift,
    handlers: {
      onTouchStart: (event: React.TouchEvent) => (start.current = { x: event.touches[0]!.clientX, y: event.touches[0]!.clientY }),
      onTouchMove: (event: React.TouchEvent) => {
        if (!start.current) return;
        const across = event.touches[0]!.clientX - start.current.x;
        if (Math.abs(across) > Math.abs(event.touches[0]!.clientY - start.current.y)) setShift(across);
      },
      onTouchEnd: () => {
        start.current = null;
        if (shift > FAR) onRight();
        if (shift < -FAR) onLeft();
        setShift(0);
      },
    },
  };
}

function Decide({ picture, after }: { picture: Picture; after: () => void }) {
  const t = useModels();
  const shared = useShared();
  const labels = useLabels(picture.disclosures);
  const [rejecting, setRejecting] = useState(false);
  const [note, setNote] = useState("");
  const [decide, deciding] = useAction(DecideDocument, "AssetDecided");
  const shown = useAssetPicture(picture.url);
  const pending = picture.status === "PENDING";

  async function answer(approve: boolean) {
    const outcome = await decide({ input: { assetId: picture.id, approve, note: note.trim() || null } });
    if (outcome.ok) notify.good(t(approve ? "picture.approved" : "picture.rejected", { title: picture.title }), t("picture.told", { brand: picture.licence.brand.name }));
    after();
  }
  const swipe = useSwipe(() => pending && void answer(true), () => pending && setRejecting(true));
  const gestures = shown.as === "film" ? {} : swipe.handlers; // a finger on a film winds it

  return (
    <article aria-label={picture.title}>
      <figure className={css.picture} {...gestures} style={{ transform: `translateX(${swipe.shift}px) rotate(${swipe.shift / 40}deg)` }} data-leaning={swipe.shift > FAR ? "yes" : swipe.shift < -FAR ? "no" : undefined}>
        <AssetPicture asset={picture} picture={shown} />
        <figcaption>
          <strong>{picture.title}</strong>
          <small>{picture.licence.brand.name} · {shared(`medium.${picture.medium}` as SharedKey)}{pending ? ` · ${t("picture.until", { when: formatRelative(picture.decideBy) })}` : ""}</small>
        </figcaption>
      </figure>
      {pending ? (
        rejecting ? (
          <div className={css.reject}>
            <Textarea label={t("picture.why")} description={t("picture.why.hint")} autosize minRows={2} maxLength={1000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
            <div className={css.acts}>
              <Button variant="default" onClick={() => setRejecting(false)}>{shared("back")}</Button>
              <Button color="red" loading={deciding} onClick={() => void answer(false)}>{t("picture.reject.do")}</Button>
            </div>
          </div>
        ) : (
          <div className={css.decide} role="group" aria-label={t("bid.answer")}>
            <Button variant="default" size="lg" onClick={() => setRejecting(true)}>{t("picture.reject")}</Button>
            <Button size="lg" loading={deciding} onClick={() => void answer(true)}>{t("picture.approve")}</Button>
          </div>
        )
      ) : (
        <Text className={css.note}>{t("picture.was", { who: picture.decidedBy ?? "", when: picture.decidedAt ? formatMoment(picture.decidedAt) : "" })}{picture.note ? ` “${picture.note}”` : ""}</Text>
      )}
      <Section title={t("picture.terms", { number: picture.licence.number })}><div className={css.card}><RightsSummary rights={picture.licence.rights} /></div></Section>
      <Section title={t("picture.disclosures")}>
        {picture.disclosures.length > 0 ? (
          <ul className={css.plainList}>{labels.map((each) => (
              <li key={each.label + each.rule}>
                “{each.label}” <small>{each.places.join(", ")}</small>
                <details className={css.fold}><summary>{t("picture.disclosures.why")}</summary><Text size="sm">{each.rule}</Text></details>
              </li>
            ))}</ul>
        ) : (
          <Text size="sm" c="dimmed">{t("picture.disclosures.none")}</Text>
        )}
        <Text size="sm" c="dimmed" mt="sm">{t(`picture.making.${picture.making}`)}</Text>
        <Signing asset={picture} />
      </Section>
    </article>
  );
}
