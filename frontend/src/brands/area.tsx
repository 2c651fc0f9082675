/** The screens of a brand. */
import { lazy } from "react";
import { Route, Routes } from "react-router";
import { NotFound } from "../shared/components/Feedback";
import { Shell } from "../shared/components/Shell";
import { useCounters } from "./counters";
import { useBrands } from "./texts";

const Catalogue = lazy(() => import("./Catalogue").then((module) => ({ default: module.Catalogue })));
const TwinPage = lazy(() => import("./TwinPage").then((module) => ({ default: module.TwinPage })));
const Listings = lazy(() => import("./Listings").then((module) => ({ default: module.Listings })));
const Auction = lazy(() => import("./Auction").then((module) => ({ default: module.Auction })));
const Bids = lazy(() => import("./Bids").then((module) => ({ default: module.Bids })));
const Licences = lazy(() => import("./Licences").then((module) => ({ default: module.Licences })));
const LicencePage = lazy(() => import("./LicencePage").then((module) => ({ default: module.LicencePage })));
const Home = lazy(() => import("./Home").then((module) => ({ default: module.Home })));
const Crew = lazy(() => import("./Crew").then((module) => ({ default: module.Crew })));
const PaymentMethod = lazy(() => import("./PaymentMethod").then((module) => ({ default: module.PaymentMethod })));
const Keys = lazy(() => import("./Keys").then((module) => ({ default: module.Keys })));
const Team = lazy(() => import("../app/Team").then((module) => ({ default: module.Team })));
const Webhooks = lazy(() => import("./Webhooks").then((module) => ({ default: module.Webhooks })));

export default function Brands() {
  const t = useBrands();
  const countered = useCounters();
  return (
    <Shell
      tabs={[
        { to: "", icon: "home", label: t("tab.home") },
        { to: "catalogue", icon: "catalogue", label: t("tab.catalogue") },
        { to: "listings", icon: "listings", label: t("tab.listings") },
        { to: "bids", icon: "bids", label: t("tab.bids"), count: countered },
        { to: "licences", icon: "licences", label: t("tab.licences") },
        { to: "crew", icon: "payouts", label: t("tab.crew") },
        { to: "payment", icon: "card", label: t("tab.payment") },
        { to: "keys", icon: "keys", label: t("tab.keys") },
        { to: "webhooks", icon: "code", label: t("tab.hooks") },
        { to: "team", icon: "roster", label: t("tab.team") },
      ]}
    >
      <Routes>
        <Route index element={<Home />} />
        <Route path="catalogue" element={<Catalogue />} />
        <Route path="twins/:twin" element={<TwinPage />} />
        <Route path="listings" element={<Listings />} />
        <Route path="listings/:listing" element={<Auction />} />
        <Route path="bids" element={<Bids />} />
        <Route path="licences" element={<Licences />} />
        <Route path="licences/:number" element={<LicencePage />} />
        <Route path="crew" element={<Crew />} />
        <Route path="payment" element={<PaymentMethod />} />
        <Route path="keys" element={<Keys />} />
        <Route path="webhooks" element={<Webhooks />} />
        <Route path="team" element={<Team />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Shell>
  );
}
