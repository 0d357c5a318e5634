# With agenix: /run/agenix/grafana-admin, which root alone reads. No user of Grafana's is needed on the host.
{
  age.secrets.grafana-admin = {
    file = ./grafana-admin.age;
    mode = "0400";
  };
}
