import { type HotkeyItem, useHotkeys } from "@mantine/hooks";

const OVERLAYS = '[role="dialog"], [role="menu"]';
let overlaid = false;
// Before everybody else: what a key closes is still there now.
window.addEventListener("keydown", () => { overlaid = document.querySelector(OVERLAYS) !== null; }, { capture: true });

/** The page's keys. While a window or a menu is open the keys are its own: Escape closes it, and nothing behind it. */
export function useKeys(keys: HotkeyItem[]) {
  useHotkeys(keys.map(([key, act, options]): HotkeyItem => [key, (event) => overlaid || act(event), { ...options }]));
}
