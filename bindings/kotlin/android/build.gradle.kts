// Not yet run: see README.md. Versions are those of ../pom.xml.
plugins {
    id("com.android.library") version "8.13.0"
    id("org.jetbrains.kotlin.android") version "2.4.21"
}

group = "io.netbird.tokens"
version = "0.1.0"

android {
    namespace = "netbird.tokens.android"
    compileSdk = 36

    defaultConfig {
        minSdk = 24
        consumerProguardFiles("../library/src/main/resources/META-INF/proguard/netbird-tokens.pro")
        ndk {
            abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64", "x86")
        }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
        // java.time below API level 26.
        isCoreLibraryDesugaringEnabled = true
    }

    sourceSets {
        getByName("main") {
            kotlin.srcDir("../library/src/main/kotlin")
            // Written by build-native.sh.
            kotlin.srcDir("build/generated/uniffi")
            jniLibs.srcDir("build/native")
        }
    }

    packaging {
        // Uncompressed and aligned, so that the system maps them without unpacking.
        jniLibs.useLegacyPackaging = false
    }
}

dependencies {
    implementation("org.jetbrains.kotlinx:kotlinx-coroutines-android:1.11.0")
    implementation("net.java.dev.jna:jna:5.19.1@aar")
    coreLibraryDesugaring("com.android.tools:desugar_jdk_libs:2.1.5")
}
