// Command terraform-provider-null is a double of hashicorp/null for machines that cannot download it; README.md is its spec.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

func main() {
	err := providerserver.Serve(context.Background(), newProvider, providerserver.ServeOpts{
		Address:         "registry.terraform.io/hashicorp/null",
		ProtocolVersion: 5, // as the real one: every Terraform and OpenTofu speaks it
	})
	if err != nil {
		log.Fatal(err)
	}
}
