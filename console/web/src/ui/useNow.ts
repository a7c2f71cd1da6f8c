import { useEffect, useState } from "react";

/** Unix seconds, moving on every `everyS`. */
export function useNow(everyS = 30): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now() / 1000), everyS * 1000);
    return () => window.clearInterval(timer);
  }, [everyS]);
  return now;
}
