import { createTheme, type MantineColorsTuple } from "@mantine/core";

// One accent, quiet greys: the screen is looked at all day, and only what waits may shout.
const sea: MantineColorsTuple = [
  "#e6f6f6", "#d0e9ea", "#a3d3d5", "#72bcbf", "#4aa8ac", "#309ca0", "#1d7f84", "#136a6f", "#0a575b", "#003f43",
];

export const theme = createTheme({
  colors: { sea },
  primaryColor: "sea",
  primaryShade: { light: 7, dark: 5 },
  autoContrast: true,
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  headings: { fontWeight: "600" },
  cursorType: "pointer",
  respectReducedMotion: true,
});
