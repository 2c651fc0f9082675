/** The screens of a brand. */
import { lazy } from "react";
import { Route, Routes } from "react-router";
import { NotFound } from "../shared/components/Feedback";
import { Shell } from "../shared/components/Shell";
import { useBrands } from "./texts";

const Catalogue = lazy(() => import("./Catalogue").then((module) => ({ default: module.Catalogue })));

export default function Brands() {
  const t = useBrands();
  return (
    <Shell tabs={[{ to: "", icon: "catalogue", label: t("tab.catalogue") }]}>
      <Routes>
        <Route index element={<Catalogue />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Shell>
  );
}
