import { createTheme, Menu, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

// One accent, quiet greys: the screen is looked at all day, and only what waits may shout.
const sea: MantineColorsTuple = [
  "#e6f6f6", "#d0e9ea", "#a3d3d5", "#72bcbf", "#4aa8ac", "#309ca0", "#1d7f84", "#136a6f", "#0a575b", "#003f43",
];

export const theme = createTheme({
  colors: { sea },
  primaryColor: "sea",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  headings: { fontWeight: "600" },
  cursorType: "pointer",
  respectReducedMotion: true,
  // The first entry takes the focus: an element only for that is none that a menu may have.
  components: { Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }) },
});

const DARKER = {
  "--mantine-color-orange-light-color": "#a33600",
  "--mantine-color-lime-light-color": "#3f6a05",
  "--mantine-color-teal-light-color": "#066649",
  "--mantine-color-green-light-color": "#1d6b2d",
};

// The library's own greys for what matters less, and some colours on their own light ground, are too pale to be read all day (WCAG asks for 4.5 to 1).
export const readable: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-dimmed": "var(--mantine-color-gray-7)", "--mantine-color-placeholder": "var(--mantine-color-gray-7)", "--mantine-color-error": "var(--mantine-color-red-9)", ...DARKER },
  dark: { "--mantine-color-dimmed": "#b0b0b0", "--mantine-color-placeholder": "#a6a6a6", "--mantine-color-error": "var(--mantine-color-red-4)", "--mantine-color-sea-light": "#173c3f", "--mantine-color-sea-light-hover": "#1c484c", "--mantine-color-sea-light-color": "#a9dcde" },
});
