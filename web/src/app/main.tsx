import { render } from "solid-js/web";
import { createLive } from "../api/live";
import { createOriginTransport, createServices } from "../api/services";
import { installNavigation } from "../base/location";
import { App } from "./App";
import "./tokens.css";
import "./base.css";
import "./widgets.css";
import "./pages.css";

const services = createServices(createOriginTransport());
// A stream has no deadline: its silence is what ends it.
const live = createLive((signal) => services.events.watchEvents({}, { signal, timeoutMs: 0 }));
window.addEventListener("online", live.retryNow);

installNavigation();
const root = document.getElementById("app");
if (!root) throw new Error("index.html has no element #app");
render(() => <App api={{ services, live }} />, root);
