// Command argocd is those of Argo CD's programs that the tests run, in one binary, chosen by the name it is called by.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	applicationset "github.com/argoproj/argo-cd/v3/cmd/argocd-applicationset-controller/commands"
	reposerver "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	server "github.com/argoproj/argo-cd/v3/cmd/argocd-server/commands"
	client "github.com/argoproj/argo-cd/v3/cmd/argocd/commands"
	"github.com/spf13/cobra"
)

func main() {
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	commands := map[string]func() *cobra.Command{
		"argocd":                           client.NewCommand,
		"argocd-application-controller":    controller.NewCommand,
		"argocd-applicationset-controller": applicationset.NewCommand,
		"argocd-repo-server":               reposerver.NewCommand,
		"argocd-server":                    server.NewCommand,
	}
	command, known := commands[name]
	if !known {
		fmt.Fprintf(os.Stderr, "argocd: called as %q; call it as argocd, argocd-application-controller, argocd-applicationset-controller, argocd-repo-server or argocd-server\n", name)
		os.Exit(64)
	}
	if err := command().Execute(); err != nil {
		os.Exit(1)
	}
}
