/** Which page an address is, and who may be there. Every area is loaded when somebody goes there. */
import { Button } from "@mantine/core";
import { lazy, Suspense, type ReactNode } from "react";
import { Navigate, Route, Routes, useLocation, useParams } from "react-router";
import { Boundary, Empty, Loading, NotFound } from "../shared/components/Feedback";
import { PartyProvider, pathOf, useSession, type PartyKind } from "../shared/session";
import { useShared } from "../shared/texts";
import { useApp } from "./texts";

const SignIn = lazy(() => import("./SignIn").then((module) => ({ default: module.SignIn })));
const SignUp = lazy(() => import("./SignUp").then((module) => ({ default: module.SignUp })));
const Account = lazy(() => import("./Account").then((module) => ({ default: module.Account })));
const Join = lazy(() => import("./Join").then((module) => ({ default: module.Join })));
const Verify = lazy(() => import("../brands/Verify").then((module) => ({ default: module.Verify })));
const AREAS = {
  models: () => import("../models/area"),
  brands: () => import("../brands/area"),
  agencies: () => import("../agencies/area"),
};
const Models = lazy(AREAS.models);
const Brands = lazy(AREAS.brands);
const Agencies = lazy(AREAS.agencies);

// The area of this address is fetched while the market is asked who is there.
void AREAS[location.pathname.split("/")[1] as keyof typeof AREAS]?.();
const Contributors = lazy(() => import("../contributors/area"));

export function App() {
  return (
    <Boundary>
      <Suspense fallback={<Waiting />}>
        <Routes>
          <Route index element={<Home />} />
          <Route path="sign-in" element={<SignIn />} />
          <Route path="sign-up" element={<SignUp />} />
          <Route path="join" element={<Join />} />
          <Route path="verify" element={<Verify />} />
          <Route path="account/*" element={<Signed><Account /></Signed>} />
          <Route path="models/:party/*" element={<Area kind="Model"><Models /></Area>} />
          <Route path="brands/:party/*" element={<Area kind="Brand"><Brands /></Area>} />
          <Route path="agencies/:party/*" element={<Area kind="Agency"><Agencies /></Area>} />
          <Route path="contributors/:party/*" element={<Area kind="Contributor"><Contributors /></Area>} />
          <Route path="*" element={<Bare><NotFound /></Bare>} />
        </Routes>
      </Suspense>
    </Boundary>
  );
}

/** Where one works: the first party one acts for. */
function Home() {
  const { viewer, known, failed } = useSession();
  const t = useApp();
  if (!known) return <Waiting />;
  if (failed) return <Unreachable />;
  if (!viewer) return <Navigate to="/sign-in" replace />;
  const [first] = viewer.parties;
  if (!first) return <Bare><Empty icon="twins" title={t("noParty.title")} hint={t("noParty.hint", { email: viewer.name })} /></Bare>;
  return <Navigate to={pathOf(first)} replace />;
}

function Signed({ children }: { children: ReactNode }) {
  const { viewer, known, failed } = useSession();
  const { pathname, search } = useLocation();
  if (!known) return <Waiting />;
  if (failed) return <Unreachable />;
  return viewer ? children : <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
}

function Area({ kind, children }: { kind: PartyKind; children: ReactNode }) {
  return <Signed><Theirs kind={kind}>{children}</Theirs></Signed>;
}

/** Not yours is not found. */
function Theirs({ kind, children }: { kind: PartyKind; children: ReactNode }) {
  const { viewer } = useSession();
  const { party: handle } = useParams();
  const party = viewer?.parties.find((each) => each.__typename === kind && each.handle === handle);
  return party ? <PartyProvider value={party} key={party.id}>{children}</PartyProvider> : <Bare><NotFound /></Bare>;
}

function Unreachable() {
  const t = useApp();
  const shared = useShared();
  return <Bare><Empty icon="warning" title={t("unreachable")} hint={t("unreachable.hint")} action={<Button onClick={() => location.reload()}>{shared("again")}</Button>} /></Bare>;
}

const Bare = ({ children }: { children: ReactNode }) => <main style={{ maxWidth: 640, margin: "12vh auto", padding: 20 }}>{children}</main>;
const Waiting = () => <Bare><Loading rows={3} /></Bare>;
