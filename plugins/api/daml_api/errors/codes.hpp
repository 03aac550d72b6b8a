// Every published error of the Ledger API: its id, its category, and whether a client is told that
// the command had no effect where the failure does not say. Ids and categories are what clients act
// on: they never change. Constants; any thread.
#pragma once

#include <array>

#include "errors/failure.hpp"

namespace tenon::daml_api::codes {

// Of any request.
inline constexpr ErrorCode kUnsupportedOperation = {"UNSUPPORTED_OPERATION",
                                                    Category::kInternalUnsupportedOperation};
inline constexpr ErrorCode kRequestTimeOut = {"REQUEST_TIME_OUT",
                                              Category::kDeadlineExceededRequestStateUnknown};
inline constexpr ErrorCode kRequestDeadlineExceeded = {
    "REQUEST_DEADLINE_EXCEEDED", Category::kDeadlineExceededRequestStateUnknown};
inline constexpr ErrorCode kServiceNotRunning = {"SERVICE_NOT_RUNNING",
                                                 Category::kTransientServerFailure};
inline constexpr ErrorCode kServerIsShuttingDown = {"SERVER_IS_SHUTTING_DOWN",
                                                    Category::kTransientServerFailure};
inline constexpr ErrorCode kAbortedDueToShutdown = {"ABORTED_DUE_TO_SHUTDOWN",
                                                    Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kServiceInternalError = {"SERVICE_INTERNAL_ERROR",
                                                    Category::kSystemInternalAssumptionViolated};
inline constexpr ErrorCode kLedgerApiInternalError = {"LEDGER_API_INTERNAL_ERROR",
                                                      Category::kSystemInternalAssumptionViolated};

// The server has too much to do.
inline constexpr ErrorCode kParticipantBackpressure = {"PARTICIPANT_BACKPRESSURE",
                                                       Category::kContentionOnSharedResources};
inline constexpr ErrorCode kHeapMemoryOverLimit = {"HEAP_MEMORY_OVER_LIMIT",
                                                   Category::kContentionOnSharedResources};
inline constexpr ErrorCode kMaximumNumberOfStreams = {"MAXIMUM_NUMBER_OF_STREAMS",
                                                      Category::kContentionOnSharedResources};
inline constexpr ErrorCode kThreadpoolOverloaded = {"THREADPOOL_OVERLOADED",
                                                    Category::kContentionOnSharedResources};

// Who asks, and whether it may.
inline constexpr ErrorCode kUnauthenticated = {"UNAUTHENTICATED",
                                               Category::kInvalidAuthenticationCredentials};
inline constexpr ErrorCode kPermissionDenied = {"PERMISSION_DENIED",
                                                Category::kInsufficientPermission};
inline constexpr ErrorCode kInvalidToken = {"INVALID_TOKEN",
                                            Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kAccessTokenExpired = {"ACCESS_TOKEN_EXPIRED",
                                                  Category::kContentionOnSharedResources};
inline constexpr ErrorCode kStaleStreamAuthorization = {"STALE_STREAM_AUTHORIZATION",
                                                        Category::kContentionOnSharedResources};
inline constexpr ErrorCode kInternalAuthorizationError = {
    "INTERNAL_AUTHORIZATION_ERROR", Category::kSystemInternalAssumptionViolated};

// What a request says.
inline constexpr ErrorCode kMissingField = {"MISSING_FIELD",
                                            Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kInvalidArgument = {"INVALID_ARGUMENT",
                                               Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kInvalidField = {"INVALID_FIELD",
                                            Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kLedgerIdMismatch = {
    "LEDGER_ID_MISMATCH", Category::kInvalidGivenCurrentSystemStateResourceMissing, Definite::kYes};
inline constexpr ErrorCode kInvalidDeduplicationPeriod = {
    "INVALID_DEDUPLICATION_PERIOD", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kNonHexadecimalOffset = {
    "NON_HEXADECIMAL_OFFSET", Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kOffsetAfterLedgerEnd = {
    "OFFSET_AFTER_LEDGER_END", Category::kInvalidGivenCurrentSystemStateSeekAfterEnd};
inline constexpr ErrorCode kOffsetOutOfRange = {"OFFSET_OUT_OF_RANGE",
                                                Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kParticipantPrunedDataAccessed = {
    "PARTICIPANT_PRUNED_DATA_ACCESSED", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kPackageNotFound = {
    "PACKAGE_NOT_FOUND", Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kTransactionNotFound = {
    "TRANSACTION_NOT_FOUND", Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kLedgerConfigurationNotFound = {
    "LEDGER_CONFIGURATION_NOT_FOUND", Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kTemplatesOrInterfacesNotFound = {
    "TEMPLATES_OR_INTERFACES_NOT_FOUND", Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kPackageNamesNotFound = {
    "PACKAGE_NAMES_NOT_FOUND", Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kNoTemplatesForPackageNameAndQualifiedName = {
    "NO_TEMPLATES_FOR_PACKAGE_NAME_AND_QUALIFIED_NAME",
    Category::kInvalidGivenCurrentSystemStateResourceMissing};

// Commands that could not be run.
inline constexpr ErrorCode kFailedToDetermineLedgerTime = {"FAILED_TO_DETERMINE_LEDGER_TIME",
                                                           Category::kContentionOnSharedResources};
inline constexpr ErrorCode kInterpretationTimeExceeded = {"INTERPRETATION_TIME_EXCEEDED",
                                                          Category::kContentionOnSharedResources};
inline constexpr ErrorCode kAllowedLanguageVersions = {"ALLOWED_LANGUAGE_VERSIONS",
                                                       Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kPackageValidationFailed = {"PACKAGE_VALIDATION_FAILED",
                                                       Category::kSecurityAlert};
inline constexpr ErrorCode kCommandPreprocessingFailed = {
    "COMMAND_PREPROCESSING_FAILED", Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kDamlInterpretationError = {
    "DAML_INTERPRETATION_ERROR", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kDamlInterpreterInvalidArgument = {
    "DAML_INTERPRETER_INVALID_ARGUMENT", Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kDamlAuthorizationError = {"DAML_AUTHORIZATION_ERROR",
                                                      Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kContractNotActive = {
    "CONTRACT_NOT_ACTIVE", Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kContractKeyNotFound = {
    "CONTRACT_KEY_NOT_FOUND", Category::kInvalidGivenCurrentSystemStateResourceMissing};

// Those that 2.10 tells apart.
inline constexpr ErrorCode kDisclosedContractKeyHashingError = {
    "DISCLOSED_CONTRACT_KEY_HASHING_ERROR", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kUnhandledException = {"UNHANDLED_EXCEPTION",
                                                  Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kInterpretationUserError = {
    "INTERPRETATION_USER_ERROR", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kTemplatePreconditionViolated = {
    "TEMPLATE_PRECONDITION_VIOLATED", Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kCreateEmptyContractKeyMaintainers = {
    "CREATE_EMPTY_CONTRACT_KEY_MAINTAINERS", Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kFetchEmptyContractKeyMaintainers = {
    "FETCH_EMPTY_CONTRACT_KEY_MAINTAINERS", Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kWronglyTypedContract = {"WRONGLY_TYPED_CONTRACT",
                                                    Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kContractDoesNotImplementInterface = {
    "CONTRACT_DOES_NOT_IMPLEMENT_INTERFACE", Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kContractDoesNotImplementRequiringInterface = {
    "CONTRACT_DOES_NOT_IMPLEMENT_REQUIRING_INTERFACE", Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kNonComparableValues = {"NON_COMPARABLE_VALUES",
                                                   Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kContractIdInContractKey = {"CONTRACT_ID_IN_CONTRACT_KEY",
                                                       Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kContractIdComparability = {"CONTRACT_ID_COMPARABILITY",
                                                       Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kValueNesting = {"VALUE_NESTING",
                                            Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kInterpretationUpgradeErrorValidationFailed = {
    "INTERPRETATION_UPGRADE_ERROR_VALIDATION_FAILED",
    Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kInterpretationUpgradeErrorDowngradeDropDefinedField = {
    "INTERPRETATION_UPGRADE_ERROR_DOWNGRADE_DROP_DEFINED_FIELD",
    Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kInterpretationUpgradeErrorViewMismatch = {
    "INTERPRETATION_UPGRADE_ERROR_VIEW_MISMATCH", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kContractNotUpgradable = {
    "CONTRACT_NOT_UPGRADABLE", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kInterpretationUpgradeErrorDowngradeFailed = {
    "INTERPRETATION_UPGRADE_ERROR_DOWNGRADE_FAILED",
    Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kDisallowedInterfaceExercise = {
    "DISALLOWED_INTERFACE_EXERCISE", Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kInterpretationDevError = {
    "INTERPRETATION_DEV_ERROR", Category::kInvalidGivenCurrentSystemStateOther};

// Commands that the ledger rejected.
inline constexpr ErrorCode kDuplicateCommand = {
    "DUPLICATE_COMMAND", Category::kInvalidGivenCurrentSystemStateResourceExists};
inline constexpr ErrorCode kSubmissionAlreadyInFlight = {"SUBMISSION_ALREADY_IN_FLIGHT",
                                                         Category::kContentionOnSharedResources};
inline constexpr ErrorCode kInconsistent = {"INCONSISTENT",
                                            Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kInconsistentContracts = {
    "INCONSISTENT_CONTRACTS", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kContractNotFound = {
    "CONTRACT_NOT_FOUND", Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kInconsistentContractKey = {
    "INCONSISTENT_CONTRACT_KEY", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kDuplicateContractKey = {
    "DUPLICATE_CONTRACT_KEY", Category::kInvalidGivenCurrentSystemStateResourceExists};
inline constexpr ErrorCode kDisclosedContractInvalid = {
    "DISCLOSED_CONTRACT_INVALID", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kDisclosedContractAuthenticationFailed = {
    "DISCLOSED_CONTRACT_AUTHENTICATION_FAILED", Category::kInvalidIndependentOfSystemState};
inline constexpr ErrorCode kInvalidLedgerTime = {"INVALID_LEDGER_TIME",
                                                 Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kSubmittingPartyNotKnownOnLedger = {
    "SUBMITTING_PARTY_NOT_KNOWN_ON_LEDGER",
    Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kPartyNotKnownOnLedger = {
    "PARTY_NOT_KNOWN_ON_LEDGER", Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kSubmitterCannotActViaParticipant = {
    "SUBMITTER_CANNOT_ACT_VIA_PARTICIPANT", Category::kInsufficientPermission};
inline constexpr ErrorCode kOutOfQuota = {"OUT_OF_QUOTA", Category::kContentionOnSharedResources};
inline constexpr ErrorCode kDisputed = {"DISPUTED", Category::kSystemInternalAssumptionViolated};
inline constexpr ErrorCode kInternallyInconsistentKeys = {
    "INTERNALLY_INCONSISTENT_KEYS", Category::kSystemInternalAssumptionViolated};
inline constexpr ErrorCode kInternallyDuplicateKeys = {"INTERNALLY_DUPLICATE_KEYS",
                                                       Category::kSystemInternalAssumptionViolated};

// Administration.
inline constexpr ErrorCode kConfigurationEntryRejected = {
    "CONFIGURATION_ENTRY_REJECTED", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kPackageUploadRejected = {
    "PACKAGE_UPLOAD_REJECTED", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kInternallyInvalidKey = {"INTERNALLY_INVALID_KEY",
                                                    Category::kSystemInternalAssumptionViolated};

// Packages.
inline constexpr ErrorCode kInvalidDarFileName = {
    "INVALID_DAR_FILE_NAME", Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kInvalidDar = {
    "INVALID_DAR", Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kInvalidZipEntry = {
    "INVALID_ZIP_ENTRY", Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kInvalidLegacyDar = {
    "INVALID_LEGACY_DAR", Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kZipBomb = {
    "ZIP_BOMB", Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kDarParseError = {
    "DAR_PARSE_ERROR", Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kDarValidationError = {
    "DAR_VALIDATION_ERROR", Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kDarNotSelfConsistent = {
    "DAR_NOT_SELF_CONSISTENT", Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kDarNotValidUpgrade = {
    "DAR_NOT_VALID_UPGRADE", Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kKnownDarVersion = {
    "KNOWN_DAR_VERSION", Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kShutdownInterruptedPackageVetting = {
    "SHUTDOWN_INTERRUPTED_PACKAGE_VETTING",
    Category::kInvalidGivenCurrentSystemStateOther, Definite::kUnsaid};
inline constexpr ErrorCode kPackageServiceInternalError = {
    "PACKAGE_SERVICE_INTERNAL_ERROR",
    Category::kSystemInternalAssumptionViolated, Definite::kUnsaid};

// Parties.
inline constexpr ErrorCode kPartyNotFound = {
    "PARTY_NOT_FOUND", Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kInvalidPartyDetailsUpdateRequest = {
    "INVALID_PARTY_DETAILS_UPDATE_REQUEST",
    Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kMaxPartyDetailsAnnotationsSizeExceeded = {
    "MAX_PARTY_DETAILS_ANNOTATIONS_SIZE_EXCEEDED",
    Category::kInvalidGivenCurrentSystemStateOther, Definite::kUnsaid};
inline constexpr ErrorCode kConcurrentPartyDetailsUpdateDetected = {
    "CONCURRENT_PARTY_DETAILS_UPDATE_DETECTED",
    Category::kContentionOnSharedResources, Definite::kUnsaid};
inline constexpr ErrorCode kInternalPartyRecordNotFound = {
    "INTERNAL_PARTY_RECORD_NOT_FOUND", Category::kSystemInternalAssumptionViolated};
inline constexpr ErrorCode kInternalPartyRecordAlreadyExists = {
    "INTERNAL_PARTY_RECORD_ALREADY_EXISTS", Category::kSystemInternalAssumptionViolated};

// Users.
inline constexpr ErrorCode kUserNotFound = {
    "USER_NOT_FOUND", Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kUserAlreadyExists = {
    "USER_ALREADY_EXISTS", Category::kInvalidGivenCurrentSystemStateResourceExists};
inline constexpr ErrorCode kTooManyUserRights = {"TOO_MANY_USER_RIGHTS",
                                                 Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kInvalidUserUpdateRequest = {
    "INVALID_USER_UPDATE_REQUEST", Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};
inline constexpr ErrorCode kMaxUserAnnotationsSizeExceeded = {
    "MAX_USER_ANNOTATIONS_SIZE_EXCEEDED",
    Category::kInvalidGivenCurrentSystemStateOther, Definite::kUnsaid};
inline constexpr ErrorCode kConcurrentUserUpdateDetected = {
    "CONCURRENT_USER_UPDATE_DETECTED", Category::kContentionOnSharedResources, Definite::kUnsaid};

// Identity providers.
inline constexpr ErrorCode kIdpConfigNotFound = {
    "IDP_CONFIG_NOT_FOUND", Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kIdpConfigByIssuerNotFound = {
    "IDP_CONFIG_BY_ISSUER_NOT_FOUND", Category::kInvalidGivenCurrentSystemStateResourceMissing};
inline constexpr ErrorCode kIdpConfigAlreadyExists = {
    "IDP_CONFIG_ALREADY_EXISTS", Category::kInvalidGivenCurrentSystemStateResourceExists};
inline constexpr ErrorCode kIdpConfigIssuerAlreadyExists = {
    "IDP_CONFIG_ISSUER_ALREADY_EXISTS", Category::kInvalidGivenCurrentSystemStateResourceExists};
inline constexpr ErrorCode kTooManyIdentityProviderConfigs = {
    "TOO_MANY_IDENTITY_PROVIDER_CONFIGS", Category::kInvalidGivenCurrentSystemStateOther};
inline constexpr ErrorCode kInvalidIdentityProviderUpdateRequest = {
    "INVALID_IDENTITY_PROVIDER_UPDATE_REQUEST",
    Category::kInvalidIndependentOfSystemState, Definite::kUnsaid};

// The index's database.
inline constexpr ErrorCode kIndexDbSqlTransientError = {
    "INDEX_DB_SQL_TRANSIENT_ERROR", Category::kTransientServerFailure, Definite::kUnsaid};
inline constexpr ErrorCode kIndexDbSqlNonTransientError = {
    "INDEX_DB_SQL_NON_TRANSIENT_ERROR",
    Category::kSystemInternalAssumptionViolated, Definite::kUnsaid};
inline constexpr ErrorCode kIndexDbInvalidResultSet = {"INDEX_DB_INVALID_RESULT_SET",
                                                       Category::kSystemInternalAssumptionViolated};

// All of them, for looking one up by its id.
inline constexpr std::array<const ErrorCode*, 116> kAll = {
    &kUnsupportedOperation, &kRequestTimeOut, &kRequestDeadlineExceeded, &kServiceNotRunning,
    &kServerIsShuttingDown, &kAbortedDueToShutdown, &kServiceInternalError,
    &kLedgerApiInternalError, &kParticipantBackpressure, &kHeapMemoryOverLimit,
    &kMaximumNumberOfStreams, &kThreadpoolOverloaded, &kUnauthenticated, &kPermissionDenied,
    &kInvalidToken, &kAccessTokenExpired, &kStaleStreamAuthorization, &kInternalAuthorizationError,
    &kMissingField, &kInvalidArgument, &kInvalidField, &kLedgerIdMismatch,
    &kInvalidDeduplicationPeriod, &kNonHexadecimalOffset, &kOffsetAfterLedgerEnd,
    &kOffsetOutOfRange, &kParticipantPrunedDataAccessed, &kPackageNotFound, &kTransactionNotFound,
    &kLedgerConfigurationNotFound, &kTemplatesOrInterfacesNotFound, &kPackageNamesNotFound,
    &kNoTemplatesForPackageNameAndQualifiedName, &kFailedToDetermineLedgerTime,
    &kInterpretationTimeExceeded, &kAllowedLanguageVersions, &kPackageValidationFailed,
    &kCommandPreprocessingFailed, &kDamlInterpretationError, &kDamlInterpreterInvalidArgument,
    &kDamlAuthorizationError, &kContractNotActive, &kContractKeyNotFound,
    &kDisclosedContractKeyHashingError, &kUnhandledException, &kInterpretationUserError,
    &kTemplatePreconditionViolated, &kCreateEmptyContractKeyMaintainers,
    &kFetchEmptyContractKeyMaintainers, &kWronglyTypedContract, &kContractDoesNotImplementInterface,
    &kContractDoesNotImplementRequiringInterface, &kNonComparableValues, &kContractIdInContractKey,
    &kContractIdComparability, &kValueNesting, &kInterpretationUpgradeErrorValidationFailed,
    &kInterpretationUpgradeErrorDowngradeDropDefinedField, &kInterpretationUpgradeErrorViewMismatch,
    &kContractNotUpgradable, &kInterpretationUpgradeErrorDowngradeFailed,
    &kDisallowedInterfaceExercise, &kInterpretationDevError, &kDuplicateCommand,
    &kSubmissionAlreadyInFlight, &kInconsistent, &kInconsistentContracts, &kContractNotFound,
    &kInconsistentContractKey, &kDuplicateContractKey, &kDisclosedContractInvalid,
    &kDisclosedContractAuthenticationFailed, &kInvalidLedgerTime, &kSubmittingPartyNotKnownOnLedger,
    &kPartyNotKnownOnLedger, &kSubmitterCannotActViaParticipant, &kOutOfQuota, &kDisputed,
    &kInternallyInconsistentKeys, &kInternallyDuplicateKeys, &kConfigurationEntryRejected,
    &kPackageUploadRejected, &kInternallyInvalidKey, &kInvalidDarFileName, &kInvalidDar,
    &kInvalidZipEntry, &kInvalidLegacyDar, &kZipBomb, &kDarParseError, &kDarValidationError,
    &kDarNotSelfConsistent, &kDarNotValidUpgrade, &kKnownDarVersion,
    &kShutdownInterruptedPackageVetting, &kPackageServiceInternalError, &kPartyNotFound,
    &kInvalidPartyDetailsUpdateRequest, &kMaxPartyDetailsAnnotationsSizeExceeded,
    &kConcurrentPartyDetailsUpdateDetected, &kInternalPartyRecordNotFound,
    &kInternalPartyRecordAlreadyExists, &kUserNotFound, &kUserAlreadyExists, &kTooManyUserRights,
    &kInvalidUserUpdateRequest, &kMaxUserAnnotationsSizeExceeded, &kConcurrentUserUpdateDetected,
    &kIdpConfigNotFound, &kIdpConfigByIssuerNotFound, &kIdpConfigAlreadyExists,
    &kIdpConfigIssuerAlreadyExists, &kTooManyIdentityProviderConfigs,
    &kInvalidIdentityProviderUpdateRequest, &kIndexDbSqlTransientError,
    &kIndexDbSqlNonTransientError, &kIndexDbInvalidResultSet};

} // namespace tenon::daml_api::codes
