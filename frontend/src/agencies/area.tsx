/** The screens of an agency. */
import { lazy } from "react";
import { Route, Routes } from "react-router";
import { NotFound } from "../shared/components/Feedback";
import { Shell } from "../shared/components/Shell";
import { useAgencies } from "./texts";

const Payouts = lazy(() => import("./Payouts").then((module) => ({ default: module.Payouts })));
const Roster = lazy(() => import("./Roster").then((module) => ({ default: module.Roster })));
const Propose = lazy(() => import("./Propose").then((module) => ({ default: module.Propose })));
const Bids = lazy(() => import("./Bids").then((module) => ({ default: module.Bids })));
const Listings = lazy(() => import("./Listings").then((module) => ({ default: module.Listings })));
const NewListing = lazy(() => import("./NewListing").then((module) => ({ default: module.NewListing })));
const ListingPage = lazy(() => import("./ListingPage").then((module) => ({ default: module.ListingPage })));
const Licences = lazy(() => import("./Licences").then((module) => ({ default: module.Licences })));
const Statements = lazy(() => import("./Statements").then((module) => ({ default: module.Statements })));
const Team = lazy(() => import("../app/Team").then((module) => ({ default: module.Team })));

export default function Agencies() {
  const t = useAgencies();
  return (
    <Shell
      tabs={[
        { to: "", icon: "payouts", label: t("tab.payouts") },
        { to: "bids", icon: "bids", label: t("tab.bids") },
        { to: "listings", icon: "listings", label: t("tab.listings") },
        { to: "roster", icon: "roster", label: t("tab.roster") },
        { to: "licences", icon: "licences", label: t("tab.licences") },
        { to: "statements", icon: "statement", label: t("tab.statements") },
        { to: "team", icon: "twins", label: t("tab.team") },
      ]}
    >
      <Routes>
        <Route index element={<Payouts />} />
        <Route path="bids" element={<Bids />} />
        <Route path="listings" element={<Listings />} />
        <Route path="listings/new" element={<NewListing />} />
        <Route path="listings/:listing" element={<ListingPage />} />
        <Route path="roster" element={<Roster />} />
        <Route path="roster/propose" element={<Propose />} />
        <Route path="licences" element={<Licences />} />
        <Route path="statements" element={<Statements />} />
        <Route path="team" element={<Team />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Shell>
  );
}
