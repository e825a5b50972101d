// Command pulumi-resource-kubernetes serves the Kubernetes resource provider.
//
// The module's own main embeds a generated schema that the module proxy does not carry. A program
// that already has its SDK (as Hearth has, from npm) never asks the plugin for it, so an empty
// schema is served.
package main

import "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"

func main() {
	empty := []byte("{}")
	provider.Serve("kubernetes", "4.25.0", empty, empty)
}
