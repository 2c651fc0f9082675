/** The words of the screens that are opened later, and those of the first ones. */
import { catalogue } from "../../../shared/catalogue";
import { en } from "./en";

export const useModels = catalogue(en, { sv: () => import("./sv").then((module) => module.sv) });
