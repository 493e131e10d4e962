//! TEST KEYS: made once for these tests, used nowhere else, worth nothing.
//!
//! Each is the body of a PEM text, without armour and line breaks. The private halves of the RSA
//! keys are gone; what they had to sign stands beside them.

/// An RSA public key of 4096 bits.
pub(super) const RSA_4096: &str = "\
    MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAtgfNIJe8jhRrHs16YM79Fip3hhzSL2hHWUFd8ENiNFM3\
    UsrI7gScQlJP79ELKGEodr399VfoaLJNRNj1Xzo8j7QsAO+NXwGSqCzQ4bgzlxqetghfiMGdxQH3p2G3ATENwcdB\
    rgS6C/cotNfNLbNaKDRSJuMoVG/KgaIE11YlZVVdqRkbhYGdHNh2+rI4j+PUmvtaaZWa5++6UXg4f4iq6zsFJ322\
    oCCaH+IQ8aatsBtHO6PCKC9IQ4LSvLZeBNGhJnWKQOEPBoghygEZGWtgyyzS+iVMaLHIiYmhWRvTEuaZrSSL/pBk\
    ka2EeEaWS45TaflaLwvSWyLfd4R7SxaFnbfuBJn62UPPWIP7CuwZCSelEm1R+HCXQlCD5nAFtr4KGCkU3Pm3ZFno\
    ElkGz/nTvSNA6JOAx+vAlHG9NWaQTEdtNKyOeIhpctLM0sMYiNOxkyHTDMIptM64FSivtc0KBc9FS51XotUvbOwV\
    q2XWlqnhDtWedMW0covJHzn8v9pRJnwAoOeNlYfcm4xQwuZ5yXljALycTdBwKeoz88JRFYhpb7JGEmf8+aa4EdmQ\
    WNjm3Z3jvAFt5L9JuQ+ymLP4PlYwWx9WfPk/Zt++WXG8kI1+AabnrpvoSt2AeX510a91wpF3LlwT/1JA0YS1V6UX\
    HD3v5MPeC2PqsoWUUDh/epUCAwEAAQ==";

/// A session token that the key of 4096 bits signed: `user_ada` until 1,800,000,060.
pub(super) const SIGNED_WITH_4096: &str = "\
    eyJhbGciOiJSUzI1NiIsImtpZCI6Imluc190ZXN0IiwidHlwIjoiSldUIn0.eyJleHAiOjE4MDAwMDAwNjAsImlh\
    dCI6MTgwMDAwMDAwMCwic2lkIjoic2Vzc19hIiwic3ViIjoidXNlcl9hZGEifQ.JMZ7jrlyx-6Qmri_Zea5EWCyR\
    CB32_LB_kc4oWyoD_RmEkILuhY5Iv4MUUK05CPCTYJpMEAMZhzKnYLydOwz2lU5L1r2-Q62HvUatNqorOG7Zxo_T\
    O6l8-5zRjdYtS-elh86eld_kwqBGLGNbqB9MJCAip76uBr9wGVGjQPbdU_ZsIXjr5my-w1wjZwzLgWfmiEiVWXnv\
    2u_u6gxaRtF62vPTsV4l7NzWcFTAwNIU8yBYM3TjFtFu7wj5L6awBSeR5jXQyhI0AC0ZjgfvsEI7bDTy_HYsZHvH\
    gvmewTeL9N8Zm6zCobGU3tSqOxrRVmobIypWxM7LDk58pDpMT1VtSKtVXGFYNgqCCIHggONa09XEjH6cJXBd_JHR\
    CSudCZHMGAIcLuKCca201_kkuC-jpTagWDoFmD6Qgn_yAiacvo4fSrsmKBqF5Ufq5BY1kYqdVfLMjwbc5fuXhMck\
    UgPHjX0jSt_tcj_Vhz97xURKMa4yjojLiuN7eQGtO92eAONVQXShViUqm2W_HZ5hfQtu53KO0vPvELf-w_7WvFSR\
    sKw_wahSi7aPEs17Js3qyAVUaPRPmXMfdrun25TCjSYZIFQ-zEoplvPxvUc8BHLQt2Eot-fAnXRdBY1a6RshY2qE\
    nMhzCB8gKSPYT-_2JEsPKiDZ0qwyUuCbmyV8_O3n7o";

/// An RSA public key of 2048 bits with the exponent 3.
pub(super) const RSA_EXPONENT_3: &str = "\
    MIIBIDANBgkqhkiG9w0BAQEFAAOCAQ0AMIIBCAKCAQEAxYrF6c2KwE+JNDIoYuaCpD2PXKHEnM4P3/mBO3/ZcJfj\
    VDBHeSZCa4O/FfxxVNYiyv/7pp7U2H0I/tlyNdCjG/awStEfWn3dd+ZGNqiS9mFCWF4Ims02lAkFQ2vJuiwHpge0\
    JzcLIP8G97Clehjy9MrrvcPNq3HRS8Kytmtz94Ci5Av0EQJmnNJDyowc5HtmgPPYo0OUcjhgVJnqGe/QCkEeNu28\
    tVOzQ8jIwqhhVFK4v+THOCDFCFBZAM8qDisvUCw+NvcpZir0Drfg0IVKMaIOlC96ONOLMYANCqmflJ/bIFR15XQM\
    nMLCxzQRvXfPYudqbDFbqut/MhEMe2FITwIBAw==";

/// The same session token, signed with the key of exponent 3.
pub(super) const SIGNED_WITH_EXPONENT_3: &str = "\
    eyJhbGciOiJSUzI1NiIsImtpZCI6Imluc190ZXN0IiwidHlwIjoiSldUIn0.eyJleHAiOjE4MDAwMDAwNjAsImlh\
    dCI6MTgwMDAwMDAwMCwic2lkIjoic2Vzc19hIiwic3ViIjoidXNlcl9hZGEifQ.tLKCesYnfAa2ngOmf8MAuiuI9\
    23NIF6oOzktfWkTRf86DmEsJh6BQse1FNpI7v_sEFWC-ZxN3d-p-pSDH82DTWOhAGsTG5fy8eI65xhJvUlvkD41e\
    R5r40JgKh8vmfxxSlDEtdcTNJ41ww_gtmxga8JnXCOETFnB7BW-nNUyeNXYzh3tBxkVe0Nk8hWLFWkFj8a5EUEiH\
    9wPoViD0v5v3jBuyWANn8TKfwREQe_bmT_Go9uPehEd0xuXkjWC0BZiYoTGvPLassvPR7idCxeZ0mJiVkB43nz9z\
    ImiG5HhgRAPNIkS_VAqioxhYhP8FkXx1MzGhkFv5GcoxGfCsRNItw";

/// An RSA public key of 1024 bits: too short to be used.
pub(super) const RSA_1024: &str = "\
    MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC22hNduJoshkG0Zfke4gYVuNzX3bNTaf2B1kuzU+i9Zbxs7/qq\
    iQl2/PygIP+Ry41pouI7vr7Xj7Q4x0SAlasrqRQ/Ete5Ytb8+qRkh+OgSj0jWKbCpCqkqECiFM1T7oIh0an0816d\
    wPRmEfnn3bMhjwAWytln1fySHB0FY78sxwIDAQAB";

/// Its modulus, as in a key set.
pub(super) const MODULUS_1024: &str = "\
    ttoTXbiaLIZBtGX5HuIGFbjc192zU2n9gdZLs1PovWW8bO_6qokJdvz8oCD_kcuNaaLiO76-14-0OMdEgJWrK6kU\
    PxLXuWLW_PqkZIfjoEo9I1imwqQqpKhAohTNU-6CIdGp9PNencD0ZhH5592zIY8AFsrZZ9X8khwdBWO_LMc";

/// The same key as an `RSAPublicKey` (PKCS #1), which is another form.
pub(super) const PKCS1_1024: &str = "\
    MIGJAoGBALbaE124miyGQbRl+R7iBhW43Nfds1Np/YHWS7NT6L1lvGzv+qqJCXb8/KAg/5HLjWmi4ju+vtePtDjH\
    RICVqyupFD8S17li1vz6pGSH46BKPSNYpsKkKqSoQKIUzVPugiHRqfTzXp3A9GYR+efdsyGPABbK2WfV/JIcHQVj\
    vyzHAgMBAAE=";

/// A public key on the curve P-256.
pub(super) const EC: &str = "\
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAErv3evNRnx8E/WLJygK28D8UGWezH34iYABx34X0el/KRcvMTSjJA\
    tzzbqJl+b72NUnDSy+QoK/pNX/2VPPLj4w==";

/// Its private half, as PKCS #8.
pub(super) const EC_PRIVATE: &str = "\
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+4Xj2yRFqZsg9mFdvQB9z/KJ+5So0VsvLPMcm3/b\
    ONahRANCAASu/d681GfHwT9YsnKArbwPxQZZ7MffiJgAHHfhfR6X8pFy8xNKMkC3PNuomX5vvY1ScNLL5Cgr+k1f\
    /ZU88uPj";

/// A public Ed25519 key.
pub(super) const ED25519: &str = "\
    MCowBQYDK2VwAyEAHstoB5R6zNIs9iZXj9L1dK/PCavCl1KROzLdmarrHNs=";

/// The same session token with the padded hash itself where the signature stands: good under any
/// key of 2048 bits whose exponent is 1.
pub(super) const FORGED_FOR_EXPONENT_1: &str = "\
    eyJhbGciOiJSUzI1NiIsImtpZCI6Imluc190ZXN0IiwidHlwIjoiSldUIn0.eyJleHAiOjE4MDAwMDAwNjAsImlh\
    dCI6MTgwMDAwMDAwMCwic2lkIjoic2Vzc19hIiwic3ViIjoidXNlcl9hZGEifQ.AAH______________________\
    ________________________________________________________________________________________\
    ________________________________________________________________________________________\
    _______________________________________________________________________ADAxMA0GCWCGSAFlA\
    wQCAQUABCDtzyUwusuADhSmaWezbLh-llI4k_WZXGbc7hcaHoJjJg";
