/** Pulumi's type of a Helm release, as it stands in states, previews and transformations. */
export const RELEASE = "kubernetes:helm.sh/v3:Release";
