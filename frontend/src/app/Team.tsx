/** The people who act for a party: who they are, letters for new ones, and who may act no more. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import type { TeamQuery } from "../gql/graphql";
import { useAction } from "../shared/api/useAction";
import { NotFound, Ready } from "../shared/components/Feedback";
import { Once } from "../shared/components/Once";
import { Page, Section } from "../shared/components/Page";
import { useSure } from "../shared/components/useSure";
import { formatMoment } from "../shared/dates";
import { notify } from "../shared/notify";
import { useParty, useSession } from "../shared/session";
import { useApp } from "./texts";
import css from "./people.module.css";

const TeamDocument = graphql(`
  query Team($id: ID!) {
    node(id: $id) {
      __typename
      ... on Agency { id members { ...TeamMember } invitations { id createdAt expiresAt } }
      ... on Brand { id members { ...TeamMember } invitations { id createdAt expiresAt } }
    }
  }
`);

graphql(`
  fragment TeamMember on Member {
    id
    name
    email
    since
    suspendedAt
  }
`);

const InviteDocument = graphql(`
  mutation InviteMember($input: InviteMemberInput!) {
    inviteMember(input: $input) {
      __typename
      ... on MemberInvited { secret invitation { id expiresAt } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
    }
  }
`);

const RevokeDocument = graphql(`
  mutation RevokeInvitation($input: RevokeInvitationInput!) {
    revokeInvitation(input: $input) {
      __typename
      ... on InvitationRevoked { invitation { id } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

const SuspendDocument = graphql(`
  mutation SuspendMember($input: SuspendMemberInput!) {
    suspendMember(input: $input) {
      __typename
      ... on MemberSuspended { member { id suspendedAt } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

const ReinstateDocument = graphql(`
  mutation ReinstateMember($input: ReinstateMemberInput!) {
    reinstateMember(input: $input) {
      __typename
      ... on MemberReinstated { member { id suspendedAt } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
      ... on WrongState { code message path }
    }
  }
`);

type Loaded = Extract<NonNullable<TeamQuery["node"]>, { __typename?: "Agency" | "Brand" }>;

export function Team() {
  const t = useApp();
  const party = useParty();
  const [query, retry] = useQuery({ query: TeamDocument, variables: { id: party.id } });
  const refetch = () => retry({ requestPolicy: "network-only" });
  return (
    <Page title={t("team.title")} lead={t("team.lead", { party: party.name })} narrow>
      <Ready query={query} retry={refetch}>
        {({ node }) => (node?.__typename === "Agency" || node?.__typename === "Brand" ? <People team={node} refetch={refetch} /> : <NotFound />)}
      </Ready>
    </Page>
  );
}

function People({ team, refetch }: { team: Loaded; refetch: () => void }) {
  const t = useApp();
  return (
    <>
      <Section title={t("team.members")}>
        <ul className={css.list}>{team.members.map((member) => <li key={member.id}><Member member={member} refetch={refetch} /></li>)}</ul>
      </Section>
      <Section title={t("team.invitations")}><Invitations open={team.invitations} refetch={refetch} /></Section>
    </>
  );
}

function Member({ member, refetch }: { member: Loaded["members"][number]; refetch: () => void }) {
  const t = useApp();
  const party = useParty();
  const { viewer } = useSession();
  const [sure, question] = useSure();
  const [suspend, suspending] = useAction(SuspendDocument, "MemberSuspended");
  const [reinstate, reinstating] = useAction(ReinstateDocument, "MemberReinstated");
  const isMe = viewer?.name === member.email;

  async function stop() {
    if (!(await sure({ title: t("team.suspend.title", { name: member.name }), text: t("team.suspend.text", { party: party.name }), yes: t("team.suspend") }))) return;
    const outcome = await suspend({ input: { memberId: member.id } });
    if (outcome.ok) notify.good(t("team.suspended", { name: member.name }));
    refetch();
  }
  async function again() {
    const outcome = await reinstate({ input: { memberId: member.id } });
    if (outcome.ok) notify.good(t("team.reinstated", { name: member.name }));
    refetch();
  }

  return (
    <div className={css.row}>
      <span>
        <strong>{member.name}{isMe && ` (${t("team.you")})`}</strong>
        <small>{member.email}</small>
        <small>{member.suspendedAt ? t("team.suspendedAt", { when: formatMoment(member.suspendedAt) }) : t("team.since", { when: formatMoment(member.since) })}</small>
      </span>
      {member.suspendedAt ? (
        <Button variant="default" loading={reinstating} onClick={() => void again()}>{t("team.reinstate")}</Button>
      ) : (
        !isMe && <Button variant="default" loading={suspending} onClick={() => void stop()}>{t("team.suspend")}</Button>
      )}
      {question}
    </div>
  );
}

function Invitations({ open, refetch }: { open: Loaded["invitations"]; refetch: () => void }) {
  const t = useApp();
  const party = useParty();
  const [letter, setLetter] = useState<string | null>(null);
  const [invite, inviting] = useAction(InviteDocument, "MemberInvited");
  const [revoke, revoking] = useAction(RevokeDocument, "InvitationRevoked");

  async function make() {
    const outcome = await invite({ input: { partyId: party.id } });
    if (outcome.ok) setLetter(`${location.origin}/join#${outcome.value.secret}`);
    refetch();
  }
  async function take(invitationId: string) {
    const outcome = await revoke({ input: { invitationId } });
    if (outcome.ok) notify.good(t("team.revoked"));
    refetch();
  }

  return (
    <>
      <p className={css.lead}>{t("team.invite.lead")}</p>
      {letter && <Once title={t("team.letter")} hint={t("team.letter.hint")} value={letter} copy={t("team.copy")} onKept={() => setLetter(null)} />}
      {open.length > 0 && (
        <ul className={css.list}>
          {open.map((each) => (
            <li key={each.id} className={css.row}>
              <span><strong>{t("team.invitation")}</strong><small>{t("team.expires", { when: formatMoment(each.expiresAt) })}</small></span>
              <Button variant="default" loading={revoking} onClick={() => void take(each.id)}>{t("team.revoke")}</Button>
            </li>
          ))}
        </ul>
      )}
      <div><Button loading={inviting} onClick={() => void make()}>{t("team.invite")}</Button></div>
    </>
  );
}
