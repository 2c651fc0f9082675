/** The screens of a model. */
import { lazy } from "react";
import { Route, Routes } from "react-router";
import { NotFound } from "../shared/components/Feedback";
import { Shell } from "../shared/components/Shell";
import { useModels } from "./texts";

const Home = lazy(() => import("./Home").then((module) => ({ default: module.Home })));
const Rates = lazy(() => import("./Rates").then((module) => ({ default: module.Rates })));

export default function Models() {
  const t = useModels();
  return (
    <Shell
      tabs={[
        { to: "", icon: "home", label: t("tab.home") },
        { to: "rates", icon: "rates", label: t("tab.rates") },
      ]}
    >
      <Routes>
        <Route index element={<Home />} />
        <Route path="rates" element={<Rates />} />
        <Route path="rates/:twin" element={<Rates />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Shell>
  );
}
