{
  users.users.editor = {
    isNormalUser = true;
    uid = 1100;
  };
}
