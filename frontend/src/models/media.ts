/** The media in the groups that people think of them in. */
import type { Medium } from "../gql/graphql";

export const GROUPS: { name: "online" | "film" | "print" | "other"; media: Medium[] }[] = [
  { name: "online", media: ["SOCIAL_ORGANIC", "SOCIAL_PAID", "ECOMMERCE", "BRAND_WEBSITE", "EMAIL", "DIGITAL_DISPLAY"] },
  { name: "film", media: ["ONLINE_VIDEO", "TELEVISION", "CINEMA"] },
  { name: "print", media: ["PRINT_EDITORIAL", "PRINT_ADVERTISING", "OUT_OF_HOME", "IN_STORE"] },
  { name: "other", media: ["LOOKBOOK", "PACKAGING", "INTERNAL"] },
];
export const ORDER = GROUPS.flatMap((group) => group.media);
