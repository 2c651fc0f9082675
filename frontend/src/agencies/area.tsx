/** The screens of an agency. */
import { lazy } from "react";
import { Route, Routes } from "react-router";
import { NotFound } from "../shared/components/Feedback";
import { Shell } from "../shared/components/Shell";
import { useAgencies } from "./texts";

const Roster = lazy(() => import("./Roster").then((module) => ({ default: module.Roster })));

export default function Agencies() {
  const t = useAgencies();
  return (
    <Shell tabs={[{ to: "", icon: "roster", label: t("tab.roster") }]}>
      <Routes>
        <Route index element={<Roster />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Shell>
  );
}
