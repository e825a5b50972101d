# The rules for the objects of an application, as pure functions. Each violation is a sentence that names the object.
{
  lib,
  facts,
}: let
  # Kind → the pod's template in it.
  templates = {
    Deployment = object: object.spec.template;
    StatefulSet = object: object.spec.template;
    DaemonSet = object: object.spec.template;
    Job = object: object.spec.template;
    CronJob = object: object.spec.jobTemplate.spec.template;
  };
  hasPods = object: templates ? ${object.kind};
  podOf = object: (templates.${object.kind} object).spec;
  containersOf = pod: (pod.initContainers or []) ++ (pod.containers or []);

  title = object: "${object.kind}/${object.metadata.name}";
  # `Service` of the core, `apps/Deployment` of a group.
  kindOf = object: let
    parts = lib.splitString "/" object.apiVersion;
  in
    if lib.length parts == 1
    then object.kind
    else "${lib.head parts}/${object.kind}";
  # null, an absent attribute and an empty set are alike: typed resources leave out what is not set.
  at = path: value: lib.attrByPath path null value;
  unless = holds: message: lib.optional (!holds) message;

  kindRules = object:
    unless (lib.elem (kindOf object) facts.kinds)
    "${title object}: ${kindOf object} is no kind of an application (${lib.concatStringsSep ", " facts.kinds})";

  namespaceRules = namespace: object: let
    own = at ["metadata" "namespace"] object;
  in
    unless (own == null || own == namespace) "${title object} is for namespace ${toString own}, and the application for ${namespace}";

  # A digest, or a tag that is not `latest`; a colon before a stroke is a registry's port.
  isPinned = image: let
    digest = builtins.match ".*@sha256:[0-9a-f]{64}" image;
    tag = builtins.match ".*:([^:/@]+)" image;
  in
    digest != null || (tag != null && tag != ["latest"]);

  containerRules = object: pod: container: let
    where = "${title object}, container ${container.name}";
    # The container's own word goes before the pod's.
    security = key: let
      own = at ["securityContext" key] container;
    in
      if own != null
      then own
      else at ["securityContext" key] pod;
    image = container.image or "";
  in
    unless (isPinned image) "${where}: image ${image} is not pinned"
    ++ lib.concatMap (path:
      unless (at (["resources"] ++ path) container != null)
      "${where}: resources.${lib.concatStringsSep "." path} is not set")
    # No limit of CPU: it would only slow down starts.
    [["requests" "cpu"] ["requests" "memory"] ["limits" "memory"]]
    ++ unless (security "runAsNonRoot" == true) "${where}: runAsNonRoot is not true"
    ++ unless (security "runAsUser" != 0) "${where}: runs as user 0"
    ++ unless (at ["securityContext" "allowPrivilegeEscalation"] container == false) "${where}: allowPrivilegeEscalation is not false"
    ++ unless (lib.elem "ALL" (lib.toList (at ["securityContext" "capabilities" "drop"] container)))
    "${where}: capabilities.drop has no ALL"
    ++ unless (lib.elem (security "seccompProfile").type or null ["RuntimeDefault" "Localhost"])
    "${where}: seccompProfile is neither RuntimeDefault nor Localhost";

  podRules = object: let
    pod = podOf object;
    hostKeys = lib.filter (key: at [key] pod == true) ["hostNetwork" "hostPID" "hostIPC"];
    hostPaths = lib.filter (volume: at ["hostPath"] volume != null) (pod.volumes or []);
  in
    lib.concatMap (containerRules object pod) (containersOf pod)
    ++ unless (hostKeys == []) "${title object}: has ${lib.concatStringsSep ", " hostKeys}"
    ++ unless (hostPaths == []) "${title object}: mounts folders of the node (${lib.concatMapStringsSep ", " (volume: volume.name) hostPaths})";

  # Hosts that a pod's variables, arguments and commands name as `scheme://host`.
  hostsOf = object: let
    texts = container:
      map (variable: toString (variable.value or "")) (container.env or [])
      ++ (container.args or [])
      ++ (container.command or []);
    hosts = text: map lib.head (lib.filter lib.isList (builtins.split "[a-z][a-z0-9+.]*://([^/:?#[:space:],]+)" text));
  in
    lib.unique (lib.concatMap hosts (lib.concatMap texts (containersOf (podOf object))));

  # The flow that leads to a host; null where none does. `objects` are all of the application.
  flowTo = namespace: objects: host: let
    service = lib.findFirst (flow: host == facts.services.${flow}.host || host == "${facts.services.${flow}.host}.cluster.local") null (lib.attrNames facts.services);
    own = map (object: object.metadata.name) (lib.filter (object: object.kind == "Service") objects);
    inside = lib.any (name: lib.elem host [name "${name}.${namespace}" "${name}.${namespace}.svc" "${name}.${namespace}.svc.cluster.local"]) own;
  in
    if service != null
    then service
    else if inside
    then "inside"
    else null;

  isOwnMachine = host: lib.elem host ["localhost" "127.0.0.1" "0.0.0.0"];

  callRules = namespace: flows: objects: object:
    lib.concatMap (host: let
      flow = flowTo namespace objects host;
    in
      if flow == null
      then ["${title object} names ${host}, to which no flow of the platform leads"]
      else unless (lib.elem flow flows) "${title object} calls ${host}, and hearth.flows has no ${flow}")
    (lib.filter (host: !(isOwnMachine host)) (hostsOf object));

  routeRules = flows: object:
    unless (!(lib.elem object.kind ["HTTPRoute" "GRPCRoute" "IngressRoute"]) || lib.elem "route" flows)
    "${title object} lets the edge call, and hearth.flows has no route";

  scrapeRules = flows: object: let
    asks = at ["metadata" "annotations" "prometheus.io/scrape"] (templates.${object.kind} object) == "true";
  in
    unless (!asks || lib.elem "scrape" flows) "${title object} wants to be scraped, and hearth.flows has no scrape";
in {
  inherit hasPods;

  # Everything that is wrong with the objects of an application. Flows that are not declared at all are another matter.
  violations = {
    namespace,
    objects,
    flows,
  }: let
    declared =
      if flows == null
      then lib.attrNames facts.services ++ ["route" "inside" "scrape"]
      else flows;
  in
    lib.concatMap (object:
      kindRules object
      ++ namespaceRules namespace object
      ++ routeRules declared object
      ++ lib.optionals (hasPods object) (
        podRules object
        ++ callRules namespace declared objects object
        ++ scrapeRules declared object
      ))
    objects;
}
