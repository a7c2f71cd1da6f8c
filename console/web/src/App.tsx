// Which screen: the way in, or the work.
import { Center, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { Route, Switch } from "wouter";
import { meQuery } from "./api/hooks";
import { Login } from "./auth/Login";
import { Invited, SetUp } from "./auth/Links";
import { Desk } from "./inbox/Desk";
import { Trouble } from "./ui/Trouble";
import { useSpeech } from "./words";

const Settings = lazy(() => import("./admin/Settings"));
const Team = lazy(() => import("./admin/Team"));
const CannedTexts = lazy(() => import("./admin/CannedTexts"));
const Audit = lazy(() => import("./admin/Audit"));

const waiting = (
  <Center h="100%">
    <Loader />
  </Center>
);

export function App() {
  return (
    <Switch>
      <Route path="/setup" component={SetUp} />
      <Route path="/password" component={Invited} />
      <Route component={Inside} />
    </Switch>
  );
}

function Inside() {
  const { data: me, isPending, error, refetch } = useQuery(meQuery);
  const { setLanguage } = useSpeech();
  const language = me?.user.language;
  useEffect(() => {
    if (language) setLanguage(language);
  }, [language, setLanguage]);
  if (isPending) return waiting;
  if (error) return <Trouble error={error} retry={() => void refetch()} />;
  if (!me) return <Login />;
  return (
    <Suspense fallback={waiting}>
      <Switch>
        <Route path="/settings" component={Settings} />
        <Route path="/team" component={Team} />
        <Route path="/canned" component={CannedTexts} />
        <Route path="/audit" component={Audit} />
        <Route path="/c/:contact/card">{({ contact }) => <Desk contact={contact} card />}</Route>
        <Route path="/c/:contact">{({ contact }) => <Desk contact={contact} />}</Route>
        <Route>
          <Desk />
        </Route>
      </Switch>
    </Suspense>
  );
}
