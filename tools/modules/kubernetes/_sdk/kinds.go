// In place of the file of this name in Pulumi's SDK for Kubernetes, which has a Go type for each kind of Kubernetes, and
// so has sixty packages compiled (a fifth of all that a bare machine compiles) and set up at each start of the provider.
// The provider's components (ConfigFile, ConfigGroup, Chart, Directory) only register what they read from manifests, for
// which the type token is enough.
package v2

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// manifest is an object of any kind: nothing asks for its properties by name.
type manifest struct {
	pulumi.CustomResourceState
}

// IsListKind tells a list of objects of Kubernetes' own groups, which are taken apart, from a kind of somebody else's.
func IsListKind(apiVersion, kind string) bool {
	group, _, grouped := strings.Cut(apiVersion, "/")
	own := !grouped || !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io")
	return own && strings.HasSuffix(kind, "List")
}

// RegisterResource registers an object under Pulumi's token of its kind.
func RegisterResource(ctx *pulumi.Context, apiVersion, kind, name string, props pulumi.Input,
	opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	if apiVersion == "v1" {
		apiVersion = "core/v1"
	}
	var object manifest
	if err := ctx.RegisterResource("kubernetes:"+apiVersion+":"+kind, name, props, &object, opts...); err != nil {
		return nil, err
	}
	return &object, nil
}
