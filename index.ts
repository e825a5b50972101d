import * as fs from "node:fs";
import { loadConfig } from "./components/config/load";
import { programApplications } from "./components/delivery/program";
import { Platform } from "./components/platform";

const config = loadConfig();
const platform = new Platform("hearth", { config, applications: programApplications(config) });

/** `http://127.0.0.1:…` of every service that answers on this machine, by name. */
export const urls = platform.urls;
/** Host ports by name. */
export const ports = platform.ports;
/** Admin kubeconfig of the cluster (secret). */
export const kubeconfig = platform.kubeconfig;
/** User names and passwords by service (secret). */
export const credentials = platform.credentials;
/** Versions of everything that runs. */
export const versions = platform.versions;
/** `dev-fast`, `cilium` or `full`. */
export const mode = config.mode;
/** True when nodes and pods are simulated. */
export const simulated = platform.simulated;
/** What Pulumi shows as the stack's page. */
export const readme = fs.readFileSync("Pulumi.README.md", "utf8");
