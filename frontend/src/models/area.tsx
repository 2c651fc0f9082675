/** The screens of a model. */
import { lazy } from "react";
import { Route, Routes } from "react-router";
import { NotFound } from "../shared/components/Feedback";
import { Shell } from "../shared/components/Shell";
import { useModels } from "./texts";

const rates = () => import("./Rates").then((module) => ({ default: module.Rates }));
const Home = lazy(() => import("./Home").then((module) => ({ default: module.Home })));
const Bids = lazy(() => import("./Bids").then((module) => ({ default: module.Bids })));
const BidDetail = lazy(() => import("./Bid").then((module) => ({ default: module.BidDetail })));
const Pictures = lazy(() => import("./Pictures").then((module) => ({ default: module.Pictures })));
const PictureDetail = lazy(() => import("./Pictures").then((module) => ({ default: module.PictureDetail })));
const Twins = lazy(() => import("./Twins").then((module) => ({ default: module.Twins })));
const NewTwin = lazy(() => import("./TwinForm").then((module) => ({ default: module.NewTwin })));
const EditTwin = lazy(() => import("./TwinForm").then((module) => ({ default: module.EditTwin })));
const Rates = lazy(rates);
const Consent = lazy(() => import("./Consent").then((module) => ({ default: module.Consent })));
const Licences = lazy(() => import("./Licences").then((module) => ({ default: module.Licences })));
const LicenceDetail = lazy(() => import("./Licences").then((module) => ({ default: module.LicenceDetail })));
const Earnings = lazy(() => import("./Earnings").then((module) => ({ default: module.Earnings })));
const Mandates = lazy(() => import("./Mandates").then((module) => ({ default: module.Mandates })));
const Crew = lazy(() => import("./Crew").then((module) => ({ default: module.Crew })));
const YourData = lazy(() => import("./YourData").then((module) => ({ default: module.YourData })));

// The heaviest screen is fetched with the area, before anybody knows who is there.
if (location.pathname.split("/")[3] === "rates") void rates();

export default function Models() {
  const t = useModels();
  return (
    <Shell
      tabs={[
        { to: "", icon: "home", label: t("tab.home") },
        { to: "bids", icon: "bids", label: t("tab.bids") },
        { to: "pictures", icon: "catalogue", label: t("tab.pictures") },
        { to: "earnings", icon: "earnings", label: t("tab.earnings") },
        { to: "twins", icon: "twins", label: t("tab.twins") },
        { to: "rates", icon: "rates", label: t("tab.rates") },
        { to: "consent", icon: "consent", label: t("tab.consent") },
        { to: "licences", icon: "licences", label: t("tab.licences") },
        { to: "mandates", icon: "mandates", label: t("tab.mandates") },
        { to: "crew", icon: "roster", label: t("tab.crew") },
        { to: "data", icon: "settings", label: t("tab.data") },
      ]}
    >
      <Routes>
        <Route index element={<Home />} />
        <Route path="bids" element={<Bids />} />
        <Route path="bids/:bid" element={<BidDetail />} />
        <Route path="pictures" element={<Pictures />} />
        <Route path="pictures/:asset" element={<PictureDetail />} />
        <Route path="twins" element={<Twins />} />
        <Route path="twins/new" element={<NewTwin />} />
        <Route path="twins/:twin" element={<EditTwin />} />
        <Route path="rates" element={<Rates />} />
        <Route path="rates/:twin" element={<Rates />} />
        <Route path="consent" element={<Consent />} />
        <Route path="consent/:twin" element={<Consent />} />
        <Route path="licences" element={<Licences />} />
        <Route path="licences/:licence" element={<LicenceDetail />} />
        <Route path="earnings" element={<Earnings />} />
        <Route path="mandates" element={<Mandates />} />
        <Route path="crew" element={<Crew />} />
        <Route path="crew/:twin" element={<Crew />} />
        <Route path="data" element={<YourData />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Shell>
  );
}
