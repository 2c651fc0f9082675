/** The words of the frame: signing in and up, the menu. */
import { catalogue } from "../../shared/catalogue";
import { en } from "./en";

export const useApp = catalogue(en, { sv: () => import("./sv").then((module) => module.sv) });
