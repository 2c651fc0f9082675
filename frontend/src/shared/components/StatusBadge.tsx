/** A state: a dot and a word, never the colour alone. <StatusBadge of="bid" is="PENDING" /> */
import { useShared, type SharedKey } from "../texts";
import css from "./shared.module.css";

type Tone = "good" | "wait" | "bad" | "info" | "idle";

const TONES = {
  twin: { DRAFT: "idle", LISTED: "good", PAUSED: "wait", SUSPENDED: "bad", RETIRED: "idle" },
  bid: { PENDING: "info", COUNTERED: "wait", WITHDRAWN: "idle", DECLINED: "idle", EXPIRED: "idle", ACCEPTED: "good", LOST: "idle" },
  listing: { SCHEDULED: "info", OPEN: "good", CLOSED: "wait", AWARDED: "good", WITHDRAWN: "idle" },
  licence: { AWAITING_PAYMENT: "wait", ACTIVE: "good", SUSPENDED: "bad", ENDED: "idle", LAPSED: "idle", TERMINATED: "bad" },
  asset: { PENDING: "wait", APPROVED: "good", REJECTED: "bad" },
  contribution: { INVITED: "wait", ACCEPTED: "good", DECLINED: "idle", ENDED: "idle" },
  mandate: { PROPOSED: "wait", ACTIVE: "good", ENDED: "idle", DECLINED: "idle" },
  payment: { PROCESSING: "info", REQUIRES_ACTION: "wait", SUCCEEDED: "good", FAILED: "bad", PARTIALLY_REFUNDED: "idle", REFUNDED: "idle", DISPUTED: "bad" },
  share: { PENDING: "info", HELD: "wait", TRANSFERRED: "good", PARTIALLY_REVERSED: "idle", REVERSED: "idle", OWED: "bad" },
  payout: { PENDING: "info", IN_TRANSIT: "info", PAID: "good", FAILED: "bad", CANCELED: "idle" },
  payee: { NOT_STARTED: "idle", ONBOARDING: "wait", READY: "good", RESTRICTED: "bad" },
} as const satisfies Record<string, Record<string, Tone>>;

type Kind = keyof typeof TONES;

export function StatusBadge<K extends Kind>({ of, is }: { of: K; is: keyof (typeof TONES)[K] & string }) {
  const t = useShared();
  const tone = (TONES[of] as Record<string, Tone>)[is] ?? "idle";
  return <span className={css.status} data-tone={tone}>{t(`status.${of}.${is}` as SharedKey)}</span>;
}
