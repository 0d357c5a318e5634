# With agenix: /run/agenix/smtp-password, which root alone can read.
{
  age.secrets.smtp-password = {
    file = ./smtp-password.age;
    mode = "0400";
  };
}
