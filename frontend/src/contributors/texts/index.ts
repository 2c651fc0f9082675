/** The words of this folder's screens. */
import { catalogue } from "../../shared/catalogue";
import { en } from "./en";

export const useContributors = catalogue(en, { sv: () => import("./sv").then((module) => module.sv) });
