/** The look: warm paper, ink, one accent of clay; Fraunces for headings and figures, Inter for all else. */
import { createTheme, rem, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  headings: { fontFamily: "'Fraunces Variable', Georgia, serif", fontWeight: "480" },
  primaryColor: "clay",
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: "md",
  cursorType: "pointer",
  focusRing: "auto",
  autoContrast: true,
  respectReducedMotion: true,
  colors: {
    clay: ["#fbf1ec", "#f3dfd5", "#e6bda9", "#d9987a", "#ce7a54", "#c8683c", "#b9552b", "#9c4522", "#7d381d", "#5f2a16"],
    red: ["#fdf0ef", "#fbdad7", "#f6b4ae", "#ff9d94", "#ff8a80", "#e0483c", "#cb3427", "#b42318", "#8f1b12", "#6b140d"],
    ink: ["#f6f5f3", "#e9e7e3", "#d3cfc9", "#b3aea6", "#8d877e", "#6f6a62", "#56524b", "#3d3a35", "#262421", "#171614"],
  },
  fontSizes: { xs: rem(12.5), sm: rem(14), md: rem(16) },
  components: {
    Button: { defaultProps: { size: "md" }, styles: { root: { minHeight: rem(44) }, label: { lineHeight: 1.4 } } },
    TextInput: { defaultProps: { size: "md" } },
    PasswordInput: { defaultProps: { size: "md" } },
    Textarea: { defaultProps: { size: "md" } },
    NativeSelect: { defaultProps: { size: "md" } },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Dismiss", size: 44 } } },
    Paper: { defaultProps: { radius: "lg", withBorder: true } },
  },
});

export const resolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#faf8f5", "--surface": "#ffffff", "--line": "#e6e1d9", "--accent": "#9c4522", "--wash": "#f3ede4",
    "--mantine-color-dimmed": "#5d5850", "--mantine-color-error": "#b42318", "--mantine-color-placeholder": "#6f6a62",
    "--good": "#1d7a53", "--wait": "#b7791f", "--bad": "#b42318", "--info": "#3563a8", "--idle": "#8d877e",
  },
  dark: {
    "--mantine-primary-color-filled": "#b9552b", "--mantine-primary-color-filled-hover": "#a84d27", "--mantine-color-clay-filled": "#b9552b", "--mantine-color-clay-filled-hover": "#a84d27",
    "--mantine-color-body": "#171614", "--surface": "#201e1b", "--line": "#35322d", "--accent": "#e6a583", "--wash": "#26231f",
    "--mantine-color-dimmed": "#b3aea6", "--mantine-color-error": "#ff9d94", "--mantine-color-placeholder": "#a09a91",
    "--good": "#5fc79a", "--wait": "#e3b35c", "--bad": "#ff8a80", "--info": "#86aee6", "--idle": "#8d877e",
  },
});
