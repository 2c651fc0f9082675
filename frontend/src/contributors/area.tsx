/** The screens of somebody of the crew: a photographer, a make-up artist, a stylist. */
import { lazy } from "react";
import { Route, Routes } from "react-router";
import { NotFound } from "../shared/components/Feedback";
import { Shell } from "../shared/components/Shell";
import { useContributors } from "./texts";

const Work = lazy(() => import("./Work").then((module) => ({ default: module.Work })));
const YourData = lazy(() => import("./YourData").then((module) => ({ default: module.YourData })));
const Money = lazy(() => import("./Money").then((module) => ({ default: module.Money })));

export default function Contributors() {
  const t = useContributors();
  return (
    <Shell tabs={[{ to: "", icon: "twins", label: t("tab.work") }, { to: "money", icon: "payouts", label: t("tab.money") }, { to: "data", icon: "settings", label: t("tab.data") }]}>
      <Routes>
        <Route index element={<Work />} />
        <Route path="money" element={<Money />} />
        <Route path="data" element={<YourData />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Shell>
  );
}
