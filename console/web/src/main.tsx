import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./base.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { Refusal, whenSignedOut } from "./api/client";
import { App } from "./App";
import { readable, theme } from "./theme";
import { SpeechProvider } from "./words";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the API refuses, it refuses again; what did not answer may do so.
      retry: (failures, error) => failures < 2 && !(error instanceof Refusal && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: true,
    },
  },
});
whenSignedOut(() => queries.setQueryData(["me"], null));

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <SpeechProvider>
      <MantineProvider theme={theme} cssVariablesResolver={readable} defaultColorScheme="auto">
        <Notifications position="top-center" />
        <QueryClientProvider client={queries}>
          <Router base="/console">
            <App />
          </Router>
        </QueryClientProvider>
      </MantineProvider>
    </SpeechProvider>
  </StrictMode>,
);
