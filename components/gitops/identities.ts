import { namespaceName } from "../config/namespaces";

/** Namespace of Argo CD, of its Applications and of their project. */
export const NAMESPACE = namespaceName("gitops");

/** Name of the release; the chart calls everything after it. */
export const RELEASE = "argocd";

/** ServiceAccount that writes what git says; the chart's own name for it. */
export const CONTROLLER = "argocd-application-controller";

/** ServiceAccount of the web page and API; the chart's own name for it. */
export const SERVER = "argocd-server";

/** Unprivileged user of Argo CD's image, and of the image of Redis that its chart takes. */
export const USER = 999;

/** The cluster that Argo CD runs in, as Applications and projects name it. */
export const IN_CLUSTER = "https://kubernetes.default.svc";
